/**
 * The role in a client's certificate: a UTF8String in the extension 1.3.6.1.4.1.50316.802.1 (MB-TCP-Security V2.1 §8.3). Node does not
 * show extensions that it does not know, so the certificate is walked here (X.690 §8, RFC 5280 §4.1).
 */

const ROLE_OID = Buffer.from("2b0601040183890c862201", "hex");
const TAG = { octetString: 0x04, oid: 0x06, utf8String: 0x0c, sequence: 0x30, extensions: 0xa3 } as const;

interface Element {
  readonly tag: number;
  readonly content: Buffer;
}

/** @param certificate DER. @returns null when it names no role, more than one, or is malformed there. */
export const roleIn = (certificate: Buffer): string | null => {
  const toBeSigned = elementsOf(elementsOf(certificate)[0]?.content)[0];
  const extensions = elementsOf(toBeSigned?.content).find(({ tag }) => tag === TAG.extensions);
  const roles = elementsOf(elementsOf(extensions?.content)[0]?.content)
    .map(({ content }) => elementsOf(content))
    .filter(([oid]) => oid?.tag === TAG.oid && oid.content.equals(ROLE_OID));
  if (roles.length !== 1) return null;
  const value = roles[0]?.find(({ tag }) => tag === TAG.octetString);
  const [text, ...more] = elementsOf(value?.content);
  return text?.tag === TAG.utf8String && more.length === 0 ? text.content.toString("utf8") : null;
};

/** The elements that follow one another in `bytes`, up to the first that is malformed. */
const elementsOf = (bytes: Buffer | undefined): readonly Element[] => {
  const elements: Element[] = [];
  let at = 0;
  while (bytes !== undefined && at + 2 <= bytes.length) {
    const tag = bytes[at]!;
    const short = bytes[at + 1]!;
    const lengthBytes = short < 0x80 ? 0 : short & 0x7f;
    const start = at + 2 + lengthBytes;
    if (lengthBytes > 4 || start > bytes.length) break;
    const length = lengthBytes === 0 ? short & 0x7f : bytes.readUIntBE(at + 2, lengthBytes);
    if (start + length > bytes.length) break;
    elements.push({ tag, content: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return elements;
};
