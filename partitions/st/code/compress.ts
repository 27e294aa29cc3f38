/** Instructions in 16 bits where the C extension has a short form of them (RISC-V Unprivileged §16). */
import {
  decode,
  encodeInstruction,
  expand,
  type Instruction,
  type Operands,
  rangeOf,
  stepOf,
  TABLE,
} from "../../../runtime/isa/index.ts";

type Compressed = Extract<Instruction, { kind: "compressed" }>;

const SHORT_FORMS: ReadonlyMap<Instruction, readonly Compressed[]> = (() => {
  const forms = new Map<Instruction, Compressed[]>();
  for (const row of TABLE) {
    if (row.kind !== "compressed") continue;
    const known = forms.get(row.expandsTo) ?? [];
    forms.set(row.expandsTo, [...known, row]);
  }
  return forms;
})();

/** The short form's 16 bits, or null when there is none that says the same. */
export const compressed = (row: Instruction, operands: Partial<Operands>): number | null => {
  for (const form of SHORT_FORMS.get(row) ?? []) {
    const own = operandsOf(form, operands);
    if (own === null) continue;
    const word = encodeInstruction(form, own);
    if (saysTheSame(word, row, operands)) return word;
  }
  return null;
};

/** What the short form takes of the operands; null when it cannot hold them. */
const operandsOf = (form: Compressed, operands: Partial<Operands>): Partial<Operands> | null => {
  const own: Partial<Operands> = {};
  for (const [name, source] of Object.entries(form.expansion.operands) as [keyof Operands, keyof Operands | number][]) {
    const value = operands[name] ?? 0;
    if (typeof source === "number") {
      if (source !== value) return null;
    } else if (own[source] !== undefined && own[source] !== value) return null;
    else own[source] = value;
  }
  const fits = form.fields.every(([name, field]) => {
    const value = own[name] ?? 0;
    const { min, max } = rangeOf(field);
    return value >= min && value <= max && value % stepOf(field) === 0;
  });
  return fits ? own : null;
};

/** Some bit patterns of short forms are reserved or mean something else. */
const saysTheSame = (word: number, row: Instruction, operands: Partial<Operands>): boolean => {
  const decoded = decode(word);
  if (decoded === null || decoded.bytes !== 2) return false;
  const meant = expand(decoded);
  return meant.instruction === row && row.fields.every(([name]) => meant.operands[name] === (operands[name] ?? 0));
};
