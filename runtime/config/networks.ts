/** Addresses and networks as they are written: `10.1.2.3`, `10.1.0.0/16`, `fd00::/8` (RFC 4632 §3.1, RFC 4291 §2.3). */

export interface Network {
  readonly address: string;
  /** Leading bits that count. */
  readonly prefix: number;
}

/** @returns null for what is none. */
export const parseNetwork = (text: string): Network | null => {
  const [, address = "", digits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const bits = bitsOf(address);
  if (bits === null) return null;
  const prefix = digits === undefined ? bits : Number(digits);
  return prefix <= bits ? { address, prefix } : null;
};

const bitsOf = (address: string): 32 | 128 | null => {
  const octets = address.split(".");
  if (octets.length === 4 && octets.every((octet) => /^\d{1,3}$/.test(octet) && Number(octet) < 256)) return 32;
  return /^[\da-f:.]+$/i.test(address) && URL.canParse(`http://[${address}]/`) ? 128 : null;
};

/** Whether only programs of this machine reach what listens there. */
export const isLoopback = (host: string): boolean => /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$|^::1$|^localhost$/.test(host);
