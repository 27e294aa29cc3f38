/** What people write beside a declaration for those who use the variable: its comment, and its engineering unit. */
import type { Span } from "./syntax/source-text.ts";

export interface DeclarationNotes {
  /** Of one line; empty: there is none. */
  readonly comment: string;
  /** Of `{unit: 'm/s'}`, also `{unit := m/s}`; null: none is given. */
  readonly unit: string | null;
}

const PIECE = /\/\/[^\n]*|\(\*[\s\S]*?\*\)|\/\*[\s\S]*?\*\/|\{[^}]*\}|'(?:\$.|[^'$\n])*'|"(?:\$.|[^"$\n])*"|[\s\S]/y;
const NOTE = /^(?:\/\/|\(\*|\/\*|\{)/;
const UNIT = /^\{\s*unit\s*(?::=|:|=|\s)\s*(.*?)\s*\}$/is;

/**
 * Notes inside of the declaration that starts there, those behind its `;` on the same line, and, when it is the first on its line,
 * those on lines of their own right above.
 */
export const notesAt = (at: Span): DeclarationNotes => {
  const notes = [...notesAbove(at), ...notesWithin(at)];
  const units = notes.flatMap((note) => UNIT.exec(note)?.[1] ?? []);
  const comments = notes.filter((note) => !note.startsWith("{")).map(bare);
  const unit = units[0]?.replace(/^(['"])(.*)\1$/s, "$2") ?? null;
  return { comment: comments.filter((text) => text !== "").join(" "), unit };
};

const bare = (comment: string): string =>
  comment
    .replace(/^(?:\/\/|\(\*|\/\*)/, "")
    .replace(/\*[)/]$/, "")
    .replace(/\s+/g, " ")
    .trim();

const notesAbove = ({ source, start }: Span): readonly string[] => {
  const { line, column } = source.position(start);
  if (
    source
      .line(line)
      .slice(0, column - 1)
      .trim() !== ""
  )
    return [];
  let first = line;
  while (first > 1 && isNotesOnly(source.line(first - 1))) first--;
  const lines = Array.from({ length: line - first }, (_, i) => source.line(first + i));
  return lines.flatMap((text) => [...pieces(text, 0)].filter((piece) => NOTE.test(piece)));
};

const isNotesOnly = (line: string): boolean => {
  const written = [...pieces(line, 0)].filter((piece) => piece.trim() !== "");
  return written.length > 0 && written.every((piece) => NOTE.test(piece));
};

const notesWithin = ({ source, start }: Span): readonly string[] => {
  const notes: string[] = [];
  let isOver = false;
  for (const piece of pieces(source.text, start)) {
    if (piece === ";") isOver = true;
    else if (NOTE.test(piece)) notes.push(piece);
    else if (isOver && piece.trim() !== "") break;
    if (isOver && piece === "\n") break;
  }
  return notes;
};

function* pieces(text: string, from: number): Generator<string> {
  for (let at = from; at < text.length; ) {
    PIECE.lastIndex = at;
    const [piece] = PIECE.exec(text)!;
    at += piece.length;
    yield piece;
  }
}
