/** Writes a device tree in its binary form (Devicetree Specification v0.4, chapter 5: Flattened Devicetree format, version 17). */

/** Text ends with a NUL; numbers are 32-bit cells; `true` is a property without a value. */
export type TreeProperty = string | readonly string[] | number | readonly number[] | true;

export interface TreeNode {
  readonly properties: Readonly<Record<string, TreeProperty>>;
  /** By name with unit address (`serial@10000000`). */
  readonly children?: Readonly<Record<string, TreeNode>>;
}

const MAGIC = 0xd00d_feed;
const VERSION = 17;
const LAST_COMPATIBLE_VERSION = 16;
const HEADER_BYTES = 40;
/** The memory reservation block: one empty entry, its end. */
const RESERVATION_BYTES = 16;
const TOKEN = { beginNode: 1, endNode: 2, property: 3, end: 9 } as const;

export const flattenTree = (root: TreeNode): Uint8Array => {
  const structure = new BigEndianWriter();
  const strings = new StringTable();
  writeNode(structure, strings, "", root);
  structure.cell(TOKEN.end);

  const structureAt = HEADER_BYTES + RESERVATION_BYTES;
  const stringsAt = structureAt + structure.length;
  const total = stringsAt + strings.bytes.length;
  const tree = new BigEndianWriter();
  for (const cell of [
    MAGIC,
    total,
    structureAt,
    stringsAt,
    HEADER_BYTES,
    VERSION,
    LAST_COMPATIBLE_VERSION,
    0, // the hart that boots
    strings.bytes.length,
    structure.length,
  ]) {
    tree.cell(cell);
  }
  tree.raw(new Uint8Array(RESERVATION_BYTES));
  tree.raw(structure.bytes());
  tree.raw(strings.bytes.bytes());
  return tree.bytes();
};

const writeNode = (out: BigEndianWriter, strings: StringTable, name: string, node: TreeNode): void => {
  out.cell(TOKEN.beginNode);
  out.text(name);
  out.align();
  for (const [key, property] of Object.entries(node.properties)) {
    const value = bytesOf(property);
    out.cell(TOKEN.property);
    out.cell(value.length);
    out.cell(strings.offsetOf(key));
    out.raw(value);
    out.align();
  }
  for (const [childName, child] of Object.entries(node.children ?? {})) writeNode(out, strings, childName, child);
  out.cell(TOKEN.endNode);
};

const bytesOf = (property: TreeProperty): Uint8Array => {
  const out = new BigEndianWriter();
  if (property === true) return out.bytes();
  const items = typeof property === "string" || typeof property === "number" ? [property] : property;
  for (const item of items) {
    if (typeof item === "string") out.text(item);
    else out.cell(item);
  }
  return out.bytes();
};

class BigEndianWriter {
  readonly #bytes: number[] = [];

  get length(): number {
    return this.#bytes.length;
  }

  cell(value: number): void {
    this.#bytes.push(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
  }

  text(value: string): void {
    this.raw(new TextEncoder().encode(value));
    this.#bytes.push(0);
  }

  raw(bytes: Uint8Array): void {
    for (const byte of bytes) this.#bytes.push(byte);
  }

  /** Tokens lie on multiples of four bytes. */
  align(): void {
    while (this.#bytes.length % 4 !== 0) this.#bytes.push(0);
  }

  bytes(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}

/** Property names, each once. */
class StringTable {
  readonly bytes = new BigEndianWriter();
  readonly #offsets = new Map<string, number>();

  offsetOf(name: string): number {
    const known = this.#offsets.get(name);
    if (known !== undefined) return known;
    const offset = this.bytes.length;
    this.#offsets.set(name, offset);
    this.bytes.text(name);
    return offset;
  }
}
