/** Reads secrets and certificates where the config says they are, anew each time: what was replaced counts from then on. */
import { readFileSync } from "node:fs";
import type { ClientTls, SecretSource } from "../runtime/index.ts";

/** @throws naming the source, never the secret. */
export const readSecret = (source: SecretSource): string => {
  if ("environment" in source) {
    const secret = process.env[source.environment];
    if (secret === undefined) throw new Error(`the environment has no ${source.environment}`);
    return secret;
  }
  // Editors and `echo` end a file with a line feed, which is no part of what is in it.
  return readFileSync(source.file, "utf8").replace(/\r?\n$/, "");
};

/** As `node:tls` takes them. @throws when a file cannot be read. */
export const readClientTls = (tls: ClientTls): { ca?: Buffer; cert?: Buffer; key?: Buffer } => ({
  ...(tls.caPath !== null && { ca: readFileSync(tls.caPath) }),
  ...(tls.certificatePath !== null && { cert: readFileSync(tls.certificatePath) }),
  ...(tls.keyPath !== null && { key: readFileSync(tls.keyPath) }),
});
