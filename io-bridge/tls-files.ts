/** What a server shows to clients and asks of them (MB-TCP-Security V2.1 §6): its certificate and key, and the roots it trusts. */
import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createSecureContext } from "node:tls";
import type { ServerTls } from "../runtime/index.ts";

export interface TlsFiles {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly ca: Buffer;
}

/** @throws in words for a user when a file cannot be read, or they do not belong together. */
export const readTlsFiles = async ({ certificatePath, keyPath, caPath }: ServerTls): Promise<TlsFiles> => {
  const [cert, key, ca] = await Promise.all([certificatePath, keyPath, caPath].map((path) => readFile(path)));
  const files = { cert: cert!, key: key!, ca: ca! };
  whole(files.cert, certificatePath);
  whole(files.ca, caPath);
  try {
    createSecureContext(files);
  } catch (error) {
    throw new Error(`${certificatePath} and ${keyPath} do not fit together: ${messageOf(error)}`);
  }
  return files;
};

const whole = (pem: Buffer, path: string): void => {
  try {
    new X509Certificate(pem);
  } catch (error) {
    throw new Error(`${path} holds no certificate: ${messageOf(error)}`);
  }
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
