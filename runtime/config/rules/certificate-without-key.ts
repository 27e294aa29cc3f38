/** A certificate is shown by whoever has its key: neither is of use alone. */
import type { Rule } from "./rule.ts";

export const certificateWithoutKey: Rule = {
  code: "certificate-without-key",
  description: "A client's certificate and its key are given together.",
  *check({ config, places }) {
    for (const { tls } of [...config.io.mqtt, ...config.io.sparkplug]) {
      if (tls === undefined || (tls.certificate === undefined) === (tls.key === undefined)) continue;
      const [given, missing] =
        tls.key === undefined ? (["certificate", "key"] as const) : (["key", "certificate"] as const);
      const message = `a ${given} is given without its ${missing}`;
      yield { at: places.ofKey(tls, given), message, hint: `add ${missing}: FILE.pem, or remove ${given}` };
    }
  },
};
