/** Writes WebAssembly bytes: numbers in LEB128, instructions, terms. WebAssembly Core Specification 2.0 §5.2, §5.4. */
import { type Term, terms } from "../../isa/index.ts";

const { NUMERIC } = terms;

export const TYPE = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b, funcref: 0x70 } as const;
export type ValueType = "i32" | "i64" | "f32" | "f64" | "v128";
const NO_RESULT = 0x40;

const OP = {
  unreachable: 0x00,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  brTable: 0x0e,
  return: 0x0f,
  call: 0x10,
  callIndirect: 0x11,
  drop: 0x1a,
  select: 0x1b,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  i32Const: 0x41,
  i64Const: 0x42,
  f32Const: 0x43,
  f64Const: 0x44,
} as const;

/** Loads and stores by name. All are written as unaligned: guests may be. */
const MEMORY = {
  "i32.load": 0x28,
  "i64.load": 0x29,
  "f32.load": 0x2a,
  "f64.load": 0x2b,
  "i32.load8_s": 0x2c,
  "i32.load8_u": 0x2d,
  "i32.load16_s": 0x2e,
  "i32.load16_u": 0x2f,
  "i32.store": 0x36,
  "i64.store": 0x37,
  "f32.store": 0x38,
  "f64.store": 0x39,
  "i32.store8": 0x3a,
  "i32.store16": 0x3b,
} as const;
export type MemoryAccess = keyof typeof MEMORY;

/** Instructions on vectors, behind their prefix (§5.4.8). */
const VECTOR_PREFIX = 0xfd;
const VECTOR = {
  "v128.and": 0x4e,
  "v128.or": 0x50,
  "f32x4.splat": 0x13,
  "f32x4.pmin": 0xea,
  "f32x4.pmax": 0xeb,
  "f64x2.splat": 0x14,
  "f64x2.pmin": 0xf6,
  "f64x2.pmax": 0xf7,
} as const;
const FIRST_LANE = { f32x4: 0x1f, f64x2: 0x21 } as const;

const floatBits = new DataView(new ArrayBuffer(8));

export class WasmCode {
  length = 0;
  /** Where conditional branches lie that are hardly ever taken. */
  readonly unlikely: number[] = [];
  #bytes: Uint8Array;

  constructor(capacity = 1024) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** A view, valid until the next write. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  byte(value: number): this {
    if (this.length === this.#bytes.length) this.#grow(1);
    this.#bytes[this.length++] = value;
    return this;
  }

  append(bytes: Uint8Array): this {
    if (this.length + bytes.length > this.#bytes.length) this.#grow(bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
    return this;
  }

  unsigned(value: number): this {
    if (value >= 0 && value < 0x80) return this.byte(value);
    let rest = value >>> 0;
    while (rest >= 0x80) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    return this.byte(rest);
  }

  signed(value: number): this {
    let rest = value | 0;
    while (rest < -64 || rest > 63) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>= 7;
    }
    return this.byte(rest & 0x7f);
  }

  signed64(value: bigint): this {
    let rest = BigInt.asIntN(64, value);
    while (rest < -64n || rest > 63n) {
      this.byte(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    return this.byte(Number(rest & 0x7fn));
  }

  /** A length, then the bytes. */
  sized(bytes: Uint8Array): this {
    return this.unsigned(bytes.length).append(bytes);
  }

  name(text: string): this {
    return this.sized(new TextEncoder().encode(text));
  }

  // ── Instructions ──────────────────────────────────────────────────────────────────────────────────────────────────

  /** Most instructions are of two bytes: these are written at once. */
  #opcodeWith(opcode: number, index: number): this {
    if (index >= 0x80) return this.byte(opcode).unsigned(index);
    const { length } = this;
    if (length + 2 > this.#bytes.length) this.#grow(2);
    this.#bytes[length] = opcode;
    this.#bytes[length + 1] = index;
    this.length = length + 2;
    return this;
  }

  get(local: number): this {
    return this.#opcodeWith(OP.localGet, local);
  }

  set(local: number): this {
    return this.#opcodeWith(OP.localSet, local);
  }

  tee(local: number): this {
    return this.#opcodeWith(OP.localTee, local);
  }

  i32(value: number): this {
    if (value >= -64 && value <= 63) return this.#opcodeWith(OP.i32Const, value & 0x7f);
    return this.byte(OP.i32Const).signed(value);
  }

  op(name: terms.NumericName): this {
    return this.byte(NUMERIC[name]);
  }

  vector(name: keyof typeof VECTOR): this {
    return this.byte(VECTOR_PREFIX).unsigned(VECTOR[name]);
  }

  /** Takes the first number of a vector. */
  firstLane(shape: keyof typeof FIRST_LANE): this {
    return this.byte(VECTOR_PREFIX).byte(FIRST_LANE[shape]).byte(0);
  }

  drop(): this {
    return this.byte(OP.drop);
  }

  unreachable(): this {
    return this.byte(OP.unreachable);
  }

  select(): this {
    return this.byte(OP.select);
  }

  /** @param offset added to the address on the stack, without wrapping. */
  memory(access: MemoryAccess, offset: number): this {
    return this.#opcodeWith(MEMORY[access], 0).unsigned(offset);
  }

  block(): this {
    return this.#opcodeWith(OP.block, NO_RESULT);
  }

  loop(): this {
    return this.#opcodeWith(OP.loop, NO_RESULT);
  }

  if(result?: ValueType): this {
    return this.#opcodeWith(OP.if, result === undefined ? NO_RESULT : TYPE[result]);
  }

  else(): this {
    return this.byte(OP.else);
  }

  end(): this {
    return this.byte(OP.end);
  }

  br(depth: number): this {
    return this.#opcodeWith(OP.br, depth);
  }

  /** A branch that is hardly ever taken: the compiler keeps what it leads to out of the way. */
  brUnlikely(depth: number): this {
    this.unlikely.push(this.length);
    return this.brIf(depth);
  }

  /** An `if` without a result whose condition hardly ever holds. */
  ifUnlikely(): this {
    this.unlikely.push(this.length);
    return this.if();
  }

  brIf(depth: number): this {
    return this.#opcodeWith(OP.brIf, depth);
  }

  /** The last depth is the default. */
  brTable(depths: readonly number[]): this {
    this.byte(OP.brTable).unsigned(depths.length - 1);
    for (const depth of depths) this.unsigned(depth);
    return this;
  }

  return(): this {
    return this.byte(OP.return);
  }

  call(index: number): this {
    return this.#opcodeWith(OP.call, index);
  }

  /** Through table 0. */
  callIndirect(type: number): this {
    return this.byte(OP.callIndirect).unsigned(type).byte(0);
  }

  term(term: Term): this {
    switch (term.kind) {
      case "local":
        return this.get(term.index);
      case "i32":
        return this.i32(term.value);
      case "i64":
        return this.byte(OP.i64Const).signed64(term.value);
      case "f32":
        floatBits.setFloat32(0, term.value, true);
        return this.byte(OP.f32Const).append(new Uint8Array(floatBits.buffer, 0, 4));
      case "f64":
        floatBits.setFloat64(0, term.value, true);
        return this.byte(OP.f64Const).append(new Uint8Array(floatBits.buffer, 0, 8));
      case "numeric":
        for (let index = 0; index < term.operands.length; index++) this.term(term.operands[index]!);
        return this.op(term.name);
      case "if":
        return this.#choice(term);
    }
  }

  #choice({ condition, then, otherwise }: Extract<Term, { kind: "if" }>): this {
    if (isLeaf(then) && isLeaf(otherwise)) return this.term(then).term(otherwise).term(condition).select();
    return this.term(condition).if("i32").term(then).else().term(otherwise).end();
  }

  #grow(room: number): void {
    const bytes = new Uint8Array(Math.max(this.#bytes.length * 2, this.length + room));
    bytes.set(this.#bytes.subarray(0, this.length));
    this.#bytes = bytes;
  }
}

const isLeaf = ({ kind }: Term): boolean => kind === "local" || kind === "i32";
