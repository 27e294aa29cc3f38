/** Debugging information entries: a tree of tags with attributes → .debug_info, .debug_abbrev and .debug_str (DWARF 4 §2, §7.5). */
import { ATTRIBUTE, FORM } from "./codes.ts";
import { SectionBytes } from "./section-bytes.ts";

const VERSION = 4;
const ADDRESS_BYTES = 4;

type Form = keyof typeof FORM;
type AttributeName = keyof typeof ATTRIBUTE;

interface Attribute {
  readonly code: number;
  readonly form: number;
  readonly write: (to: InfoWriter) => void;
}

export class Entry {
  readonly tag: number;
  readonly children: Entry[] = [];
  readonly attributes: Attribute[] = [];
  /** From the start of .debug_info, once it is written. */
  offset = 0;

  constructor(tag: number) {
    this.tag = tag;
  }

  add(child: Entry): Entry {
    this.children.push(child);
    return child;
  }

  text(name: AttributeName, text: string): this {
    return this.#set(name, "string", (to) => to.info.u32(to.textOffset(text)));
  }

  /** Not negative. */
  number(name: AttributeName, value: number): this {
    if (value < 0x100) return this.#set(name, "data1", ({ info }) => info.u8(value));
    if (value < 0x1_0000) return this.#set(name, "data2", ({ info }) => info.u16(value));
    return this.#set(name, "data4", ({ info }) => info.u32(value));
  }

  signed(name: AttributeName, value: bigint | number): this {
    return this.#set(name, "sdata", ({ info }) => info.signed(value));
  }

  /** At most 255 bytes, as they lie in memory. */
  block(name: AttributeName, bytes: ArrayLike<number>): this {
    return this.#set(name, "block1", ({ info }) => {
      info.u8(bytes.length);
      info.put(bytes);
    });
  }

  address(name: AttributeName, value: number): this {
    return this.#set(name, "address", ({ info }) => info.u32(value));
  }

  /** Bytes that follow the low pc. */
  highPc(bytes: number): this {
    return this.#set("highPc", "data4", ({ info }) => info.u32(bytes));
  }

  flag(name: AttributeName): this {
    return this.#set(name, "present", () => {});
  }

  /** To an entry of any compile unit. */
  reference(name: AttributeName, entry: Entry): this {
    return this.#set(name, "reference", (to) => to.reference(entry));
  }

  /** `place` is asked when the entry is written, so that another section may follow the order of the entries. */
  sectionOffset(name: AttributeName, place: () => number): this {
    return this.#set(name, "sectionOffset", ({ info }) => info.u32(place()));
  }

  expression(name: AttributeName, bytes: ArrayLike<number>): this {
    return this.#set(name, "expression", ({ info }) => {
      info.unsigned(bytes.length);
      info.put(bytes);
    });
  }

  #set(name: AttributeName, form: Form, write: Attribute["write"]): this {
    this.attributes.push({ code: ATTRIBUTE[name], form: FORM[form], write });
    return this;
  }
}

export interface InfoSections {
  readonly info: Uint8Array;
  readonly abbreviations: Uint8Array;
  readonly texts: Uint8Array;
}

export const writeEntries = (units: readonly Entry[]): InfoSections => {
  const writer = new InfoWriter();
  for (const unit of units) writer.unit(unit);
  return writer.finish();
};

class InfoWriter {
  readonly info = new SectionBytes();
  readonly #abbreviations = new SectionBytes();
  readonly #texts = new SectionBytes();
  readonly #codes = new Map<string, number>();
  readonly #textOffsets = new Map<string, number>();
  readonly #references: { readonly at: number; readonly entry: Entry }[] = [];

  /** §7.5.1.1 */
  unit(root: Entry): void {
    this.info.lengthPrefixed(() => {
      this.info.u16(VERSION);
      this.info.u32(0);
      this.info.u8(ADDRESS_BYTES);
      this.#entry(root);
    });
  }

  #entry(entry: Entry): void {
    entry.offset = this.info.length;
    this.info.unsigned(this.#abbreviation(entry));
    for (const { write } of entry.attributes) write(this);
    if (entry.children.length === 0) return;
    for (const child of entry.children) this.#entry(child);
    this.info.u8(0);
  }

  /** One for all entries of the same shape; all units share them (§7.5.3). */
  #abbreviation({ tag, children, attributes }: Entry): number {
    const hasChildren = children.length > 0 ? 1 : 0;
    const key = `${tag} ${hasChildren} ${attributes.map(({ code, form }) => `${code}:${form}`).join()}`;
    const known = this.#codes.get(key);
    if (known !== undefined) return known;
    const code = this.#codes.size + 1;
    this.#codes.set(key, code);
    this.#abbreviations.unsigned(code);
    this.#abbreviations.unsigned(tag);
    this.#abbreviations.u8(hasChildren);
    for (const attribute of attributes) {
      this.#abbreviations.unsigned(attribute.code);
      this.#abbreviations.unsigned(attribute.form);
    }
    this.#abbreviations.u16(0);
    return code;
  }

  textOffset(text: string): number {
    const known = this.#textOffsets.get(text);
    if (known !== undefined) return known;
    const offset = this.#texts.length;
    this.#textOffsets.set(text, offset);
    this.#texts.text(text);
    return offset;
  }

  reference(entry: Entry): void {
    this.#references.push({ at: this.info.length, entry });
    this.info.u32(0);
  }

  finish(): InfoSections {
    for (const { at, entry } of this.#references) this.info.patch(at, entry.offset);
    this.#abbreviations.u8(0);
    return { info: this.info.bytes, abbreviations: this.#abbreviations.bytes, texts: this.#texts.bytes };
  }
}
