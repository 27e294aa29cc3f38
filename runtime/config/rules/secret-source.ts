/** A secret is found in one place. */
import type { Rule } from "./rule.ts";

export const secretSource: Rule = {
  code: "secret-source",
  description: "A secret names either an environment variable or a file.",
  *check({ config, places }) {
    for (const { credentials } of [...config.io.mqtt, ...config.io.sparkplug]) {
      if (credentials === undefined) continue;
      for (const key of ["username", "password"] as const) {
        const secret = credentials[key];
        if (secret === undefined || secret.environment === null || secret.file === null) continue;
        const both = secret.environment !== undefined;
        if (both !== (secret.file !== undefined)) continue;
        const message = `${key} names ${both ? "both an environment variable and a file" : "no place where it is found"}`;
        const hint = both ? "keep one of them" : `for example ${key}: { environment: MQTT_${key.toUpperCase()} }`;
        yield { at: places.of(credentials, key), message, hint };
      }
    }
  },
};
