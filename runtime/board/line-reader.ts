/** Reads the pieces that line tables are made of (DWARF 5 §6.2.4, §7.6): numbers, texts and lists of files. Behind the end all is 0. */

/** Content types and forms of the entries of DWARF 5 (§6.2.4.1, §7.5.6). */
const CONTENT = { path: 1, directory: 2 } as const;
const FORM = { block2: 3, block4: 4, data2: 5, data4: 6, data8: 7, text: 8, block: 9, data1: 11 } as const;
const FORM_MORE = { offset: 14, unsigned: 15, data16: 30, lineOffset: 31 } as const;

const FIXED: Readonly<Record<number, number>> = {
  [FORM.data1]: 1,
  [FORM.data2]: 2,
  [FORM.data4]: 4,
  [FORM.data8]: 8,
  [FORM_MORE.data16]: 16,
};

export class LineReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** The next `length` bytes, or as many as there are. */
  part(length: number): LineReader {
    const part = new LineReader(this.#bytes.subarray(this.#at, this.#at + length));
    this.skip(length);
    return part;
  }

  skip(bytes: number): void {
    this.#at = Math.min(this.#at + bytes, this.#bytes.length);
  }

  u8(): number {
    return this.#bytes[this.#at++] ?? 0;
  }

  i8(): number {
    return (this.u8() << 24) >> 24;
  }

  u16(): number {
    return this.u8() | (this.u8() << 8);
  }

  u32(): number {
    return (this.u16() | (this.u16() << 16)) >>> 0;
  }

  /** LEB128, as far as a number holds it. */
  unsigned(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  signed(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return (byte & 0x40) === 0 ? value : value - 128 * scale;
    }
  }

  text(): string {
    const end = this.#bytes.indexOf(0, this.#at);
    const bytes = this.#bytes.subarray(this.#at, end < 0 ? this.#bytes.length : end);
    this.skip(bytes.length + 1);
    return new TextDecoder().decode(bytes);
  }

  /** Files by their numbers, which begin with 1, with their directories (§6.2.4 of DWARF 2 to 4). */
  namesOf4(): readonly string[] {
    const directories = [""];
    for (let name = this.text(); name !== ""; name = this.text()) directories.push(name);
    const files = [""];
    for (let name = this.text(); name !== ""; name = this.text()) {
      files.push(joined(directories[this.unsigned()] ?? "", name));
      this.unsigned();
      this.unsigned();
    }
    return files;
  }

  /** The same of DWARF 5, whose numbers begin with 0. */
  namesOf5(sections: { readonly lineTexts: Uint8Array; readonly texts: Uint8Array }): readonly string[] {
    const directories = this.#entries(sections).map(({ path }) => path);
    // Directory 0 is where the compiler ran: names are told from there.
    return this.#entries(sections).map(({ path, directory }) =>
      joined(directory === 0 ? "" : (directories[directory] ?? ""), path),
    );
  }

  #entries(sections: { readonly lineTexts: Uint8Array; readonly texts: Uint8Array }) {
    const formats = Array.from({ length: this.u8() }, () => ({ content: this.unsigned(), form: this.unsigned() }));
    const count = formats.length === 0 ? 0 : this.unsigned();
    const entries: { readonly path: string; readonly directory: number }[] = [];
    while (entries.length < count && !this.atEnd) {
      let [path, directory] = ["", 0];
      for (const { content, form } of formats) {
        const value = this.#value(form, sections);
        if (content === CONTENT.path) path = String(value);
        else if (content === CONTENT.directory) directory = Number(value);
      }
      entries.push({ path, directory });
    }
    return entries;
  }

  #value(form: number, { lineTexts, texts }: { readonly lineTexts: Uint8Array; readonly texts: Uint8Array }) {
    switch (form) {
      case FORM.text:
        return this.text();
      case FORM_MORE.lineOffset:
        return textAt(lineTexts, this.u32());
      case FORM_MORE.offset:
        return textAt(texts, this.u32());
      case FORM_MORE.unsigned:
        return this.unsigned();
      case FORM.data1:
        return this.u8();
      case FORM.data2:
        return this.u16();
      case FORM.block:
        this.skip(this.unsigned());
        return 0;
      default:
        this.skip(FIXED[form] ?? (form === FORM.block2 ? this.u16() : form === FORM.block4 ? this.u32() : Infinity));
        return 0;
    }
  }
}

const textAt = (section: Uint8Array, offset: number): string => new LineReader(section.subarray(offset)).text();

const joined = (directory: string, name: string): string =>
  directory === "" || name.startsWith("/") ? name : `${directory}/${name}`;
