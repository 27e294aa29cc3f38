/** Reads what print.ts writes, so that a test of a pass can say in text what goes in and what comes out. */
import {
  type Address,
  type Bank,
  type BinaryOperation,
  type Block,
  type Condition,
  constant,
  type FrameSlot,
  type Guard,
  type Instruction,
  type IrFunction,
  type Operand,
  type Register,
  type Terminator,
  type UnaryOperation,
  type Width,
} from "../ir.ts";
import { BINARY } from "../operations.ts";

const BANKS: Readonly<Record<string, Bank>> = { r: "integer", l: "long", f: "float", d: "double" };

/** Blocks and registers may be named by any number; a register's id is that number. */
export const parseFunction = (text: string): IrFunction => new Reader(text).read();

class Reader {
  readonly #lines: readonly string[];
  readonly #blocks = new Map<string, Block>();
  readonly #slots: FrameSlot[] = [];
  #registers = 0;

  constructor(text: string) {
    this.#lines = text.split("\n").flatMap((line) => {
      const bare = line.replace(/;.*/, "").trim();
      return bare === "" ? [] : [bare];
    });
  }

  read(): IrFunction {
    let parameters: Bank[] = [];
    let name = "test";
    const order: Block[] = [];
    let block: Block | null = null;
    for (const line of this.#lines) {
      const head = /^function ([\w.]+)\((.*)\)$/.exec(line);
      const slot = /^slot s\d+: (\d+) bytes, aligned to (\d+)$/.exec(line);
      const label = /^(b\d+):$/.exec(line);
      if (head !== null) {
        name = head[1]!;
        parameters = head[2]!.split(/,\s*/).filter((bank): bank is Bank => bank !== "");
      } else if (slot !== null) this.#slots.push({ bytes: Number(slot[1]), align: Number(slot[2]) });
      else if (label !== null) {
        block = this.#block(label[1]!);
        order.push(block);
      } else if (/^(jump|branch|return)\b/.test(line)) block!.terminator = this.#terminator(line);
      else block!.instructions.push(this.#instruction(line));
    }
    return {
      name,
      blocks: order,
      parameters,
      slots: this.#slots,
      registerCount: this.#registers,
      names: new Map(),
      at: null,
      homes: [],
    };
  }

  #block(name: string): Block {
    const known = this.#blocks.get(name);
    if (known !== undefined) return known;
    const block: Block = { instructions: [], terminator: { kind: "return", value: null, bank: "integer" } };
    this.#blocks.set(name, block);
    return block;
  }

  #register(text: string): Register {
    const id = Number(text.slice(1));
    const bank = BANKS[text[0]!];
    if (bank === undefined || !Number.isInteger(id)) throw new Error(`${text} is no register`);
    this.#registers = Math.max(this.#registers, id + 1);
    return { id, bank };
  }

  #operand(text: string): Operand {
    return /^-?\d+$/.test(text) ? constant(Number(text)) : this.#register(text);
  }

  #address(text: string): Address {
    const [, start, offset] = /^(\w+)\+(-?\d+)$/.exec(text)!;
    if (start === "device") return { base: { kind: "device" }, offset: Number(offset) };
    if (/^s\d+$/.test(start!))
      return { base: { kind: "frame", slot: this.#slots[Number(start!.slice(1))]! }, offset: Number(offset) };
    if (/^r\d+$/.test(start!))
      return { base: { kind: "register", register: this.#register(start!) }, offset: Number(offset) };
    return { base: { kind: "static", area: start as "data" }, offset: Number(offset) };
  }

  #guards(text: string | undefined): readonly Guard[] {
    if (text === undefined) return [];
    return text.split(" and ").map((each) => {
      const [given, checked] = each.split(" = ");
      return { given: this.#operand(given!), checked: this.#operand(checked!) };
    });
  }

  #terminator(line: string): Terminator {
    const [kind, first, left, right, yes, no] = line.split(" ");
    if (kind === "jump") return { kind, target: this.#block(first!) };
    if (kind === "return") {
      if (first === undefined) return { kind, value: null, bank: "integer" };
      return { kind, value: this.#operand(left!), bank: first as Bank };
    }
    const [then, otherwise] = [this.#block(yes!), this.#block(no!)];
    return {
      kind: "branch",
      condition: first as Condition,
      left: this.#operand(left!),
      right: this.#operand(right!),
      then,
      otherwise,
    };
  }

  #instruction(line: string): Instruction {
    const [, target, body] = /^(?:([rlfd]\d+) = )?(.*)$/.exec(line)!;
    const store = /^store (\w+) (\S+) to (\S+)(?: if (.*))?$/.exec(body!);
    if (store !== null) {
      const [, width, from, address, guards] = store;
      return {
        kind: "store",
        width: width as Width,
        from: this.#operand(from!),
        address: this.#address(address!),
        guards: this.#guards(guards),
      };
    }
    const bytes = /^bytes (\d+) by (\d+) from (\S+) to (\S+)(?: if (.*))?$/.exec(body!);
    if (bytes !== null) {
      const [, count, align, from, to, guards] = bytes;
      return {
        kind: "copyBytes",
        bytes: Number(count),
        align: Number(align),
        from: this.#address(from!),
        to: this.#address(to!),
        guards: this.#guards(guards),
      };
    }
    const call = /^call ([\w.]+)\((.*)\)$/.exec(body!);
    if (call !== null) return this.#call(call[1]!, call[2]!, target === undefined ? null : this.#register(target));
    const raise = /^raise (\w+) report (\S+)$/.exec(body!);
    if (raise !== null) return { kind: "raise", error: raise[1] as "divisionByZero", report: this.#address(raise[2]!) };
    return this.#definition(this.#register(target!), body!);
  }

  #call(target: string, list: string, result: Register | null): Instruction {
    const parts = list.split(/,\s*/).filter((part) => part !== "");
    const operands = parts.map((part) => this.#operand(part.split(" ").at(-1)!));
    const banks = parts.map((part) => (part.includes(" ") ? (part.split(" ")[0] as Bank) : BANKS[part[0]!]!));
    return { kind: "call", target, arguments: operands, banks, result };
  }

  #definition(to: Register, body: string): Instruction {
    const [operation, first, second, third, ...rest] = body.split(/,? /) as [string, ...string[]];
    switch (operation) {
      case "copy":
        return { kind: "copy", to, from: this.#operand(first!) };
      case "parameter":
        return { kind: "parameter", to, position: Number(first) };
      case "address":
        return { kind: "address", to, address: this.#address(first!) };
      case "load":
        return { kind: "load", to, width: first as Width, address: this.#address(second!) };
      case "check":
        return {
          kind: "checkIndex",
          to,
          index: this.#operand(first!),
          count: this.#operand(second!),
          report: this.#address(rest[0]!),
        };
      case "divide":
        return {
          kind: "divide",
          to,
          operation: first as "div",
          left: this.#operand(second!),
          right: this.#operand(third!),
          report: this.#address(rest[1]!),
        };
      case "pointer":
        return {
          kind: "checkPointer",
          to,
          pointer: this.#operand(first!),
          address: this.#operand(second!),
          zeros: this.#address(rest[0]!),
          report: this.#address(rest[2]!),
        };
      case "select":
        return {
          kind: "select",
          to,
          condition: this.#operand(first!),
          left: this.#operand(second!),
          right: this.#operand(third!),
        };
      case "phi":
        return { kind: "phi", to, sources: this.#sources(body.slice("phi ".length)) };
      default:
        return Object.hasOwn(BINARY, operation)
          ? {
              kind: "binary",
              operation: operation as BinaryOperation,
              to,
              left: this.#operand(first!),
              right: this.#operand(second!),
            }
          : { kind: "unary", operation: operation as UnaryOperation, to, from: this.#operand(first!) };
    }
  }

  #sources(text: string) {
    return text.split(", ").map((part) => {
      const [from, value] = part.split(" ");
      return { from: this.#block(from!), value: this.#operand(value!) };
    });
  }
}
