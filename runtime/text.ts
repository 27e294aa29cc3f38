/**
 * STRING and WSTRING in memory (IEC 61131-3 §6.3.3): characters of one byte, which is ISO/IEC 10646 row 00 or Latin-1, or of two,
 * which is UTF-16; a NUL stands behind the last one wherever there is room.
 */
export type CharacterBytes = 1 | 2;

/** The text in the `bytes` bytes of `view` from `at` on, as far as a NUL, or to their end. */
export const readText = (view: DataView, at: number, bytes: number, characterBytes: CharacterBytes): string => {
  let text = "";
  for (let from = at; from + characterBytes <= at + bytes; from += characterBytes) {
    const code = characterBytes === 2 ? view.getUint16(from, true) : view.getUint8(from);
    if (code === 0) break;
    text += String.fromCharCode(code);
  }
  return text;
};

/** Fills the `bytes` bytes with as much of `text` as leaves room for a NUL, and NULs; characters are taken modulo their width. */
export const writeText = (
  view: DataView,
  at: number,
  bytes: number,
  characterBytes: CharacterBytes,
  text: string,
): void => {
  const length = Math.min(text.length, bytes / characterBytes - 1);
  for (let i = 0; i < bytes / characterBytes; i++) {
    const code = i < length ? text.charCodeAt(i) : 0;
    if (characterBytes === 2) view.setUint16(at + 2 * i, code, true);
    else view.setUint8(at + i, code);
  }
};

/** What a text must be for a STRING or WSTRING of `length` characters; null: it is that. */
export const textWanted = (text: string, length: number, characterBytes: CharacterBytes): string | null => {
  if (text.length > length) return `at most ${length} characters`;
  if (text.includes("\0")) return "a text without NUL, which would end it";
  return characterBytes === 1 && /[^\0-\xff]/.test(text) ? "characters of Latin-1" : null;
};
