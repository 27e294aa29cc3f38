/** For tests: a root, and certificates that it signs, made by openssl in a folder of its own. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const EC_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

export interface Identity {
  readonly certificate: string;
  readonly key: string;
}

export class Authority {
  readonly folder = mkdtempSync(join(tmpdir(), "partita-tls-"));
  readonly certificate = join(this.folder, "ca.pem");
  readonly #key = join(this.folder, "ca.key");

  async create(): Promise<this> {
    const subject = ["-subj", "/CN=test root", "-days", "2"];
    await run("openssl", ["req", "-x509", ...EC_KEY, ...subject, "-keyout", this.#key, "-out", this.certificate]);
    return this;
  }

  /** @param extensions lines of an openssl extension section: `1.3.6.1.4.1.50316.802.1=ASN1:UTF8String:operator`. */
  async issue(name: string, ...extensions: readonly string[]): Promise<Identity> {
    const [key, request, certificate, extra] = ["key", "csr", "pem", "ext"].map((end) =>
      join(this.folder, `${name}.${end}`),
    ) as [string, string, string, string];
    writeFileSync(extra, ["subjectAltName=IP:127.0.0.1", ...extensions].join("\n"));
    await run("openssl", ["req", "-new", ...EC_KEY, "-subj", `/CN=${name}`, "-keyout", key, "-out", request]);
    const signer = ["-CA", this.certificate, "-CAkey", this.#key, "-CAcreateserial", "-days", "2"];
    await run("openssl", ["x509", "-req", "-in", request, ...signer, "-extfile", extra, "-out", certificate]);
    return { certificate, key };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
