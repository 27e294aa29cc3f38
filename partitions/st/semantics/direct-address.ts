/**
 * %IX0.3, %QW4, %MD2: places in the process image (IEC 61131-3 §6.5.5), counted as CODESYS does: the number is that of the
 * element, so %IB n is byte n, %IW n starts at byte 2n, %ID n at byte 4n, %IL n at byte 8n, and %IX n.b is bit b of byte n.
 */
import type { DirectAddress } from "./symbols.ts";

const SIZES = { X: 1, B: 1, W: 2, D: 4, L: 8 } as const;
export const AREAS = { I: "input", Q: "output", M: "memory" } as const;
/** Bytes of an area at most; keeps a slip of the finger from asking for a gigabyte. */
const MAX_AREA_BYTES = 64 * 1024;

export type AddressResult =
  | { readonly ok: true; readonly address: DirectAddress }
  | { readonly ok: false; readonly message: string; readonly hint: string };

const refuse = (message: string, hint: string): AddressResult => ({ ok: false, message, hint });

/** `text` in capitals, as the lexer gives it. */
export const parseAddress = (text: string): AddressResult => {
  const match = /^%([IQM])([XBWDL]?)(\*|[\d.]+)$/.exec(text);
  if (match === null) return refuse(`${text} is no address`, "write an address like %IX0.3, %IW4 or %QD2");
  const [, area, size, numbers] = match;
  if (numbers === "*")
    return refuse(`${text} is no address`, "it stands only in a declaration: give the address, like %IX0.3");
  const letter = (size === "" ? "X" : size) as keyof typeof SIZES;
  const parts = numbers!.split(".").map(Number);
  const bytes = SIZES[letter];
  const [element = 0, bit] = parts;
  if (parts.length !== (letter === "X" ? 2 : 1) || parts.some(Number.isNaN)) {
    return refuse(
      `${text} is no address`,
      letter === "X" ? "a bit is byte.bit, like %IX0.3" : `one number, like %${area}${letter}4`,
    );
  }
  if (bit !== undefined && bit > 7) return refuse(`${text}: a byte has bits 0 to 7`, "");
  if ((element + 1) * bytes > MAX_AREA_BYTES)
    return refuse(`${text} lies beyond the ${MAX_AREA_BYTES} bytes of an area`, "");
  const address = { area: AREAS[area as keyof typeof AREAS], byte: element * bytes, bit: bit ?? null, bytes };
  return { ok: true, address };
};
