/** The intermediate representation in words, one line an instruction: what `partita compile --dump` shows and tests compare. */
import {
  type Address,
  type Bank,
  type Block,
  definitionOf,
  type Guard,
  type Instruction,
  type IrFunction,
  isConstant,
  type Operand,
  type Register,
  type Terminator,
} from "./ir.ts";

/** What the program calls the bytes at an address, if anything. */
export type DescribeAddress = (address: Address) => string | null;

const COMMENT_COLUMN = 44;

/** Registers are named by their bank and number, blocks by their place; behind `;` the source line and names of variables. */
export const printFunction = (fn: IrFunction, describe: DescribeAddress = () => null): string => {
  const printer = new Printer(fn, describe);
  const blocks = fn.blocks.flatMap((block) => [
    `${printer.block(block)}:`,
    ...block.instructions.map((instruction) => printer.line(instruction)),
    `  ${printer.terminator(block.terminator)}`,
  ]);
  const slots = fn.slots.map((slot, i) => `  slot s${i}: ${slot.bytes} bytes, aligned to ${slot.align}`);
  return [`function ${fn.name}(${fn.parameters.join(", ")})`, ...slots, ...blocks, ""].join("\n");
};

class Printer {
  readonly #fn: IrFunction;
  readonly #describe: DescribeAddress;
  readonly #blocks: ReadonlyMap<Block, string>;

  constructor(fn: IrFunction, describe: DescribeAddress) {
    this.#fn = fn;
    this.#describe = describe;
    this.#blocks = new Map(fn.blocks.map((block, i) => [block, `b${i}`]));
  }

  block(block: Block): string {
    return this.#blocks.get(block) ?? "gone";
  }

  line(instruction: Instruction): string {
    const definition = definitionOf(instruction);
    const body = this.#body(instruction);
    const text = `  ${definition === null ? body : `${this.#operand(definition)} = ${body}`}`;
    const comments = [
      ...(instruction.at === undefined ? [] : [`line ${instruction.at.line}`]),
      ...(definition === null ? [] : [this.#fn.names.get(definition.id) ?? []]).flat(),
      ...this.#described(instruction),
    ];
    return comments.length === 0 ? text : `${text.padEnd(COMMENT_COLUMN)} ; ${comments.join(", ")}`;
  }

  #described(instruction: Instruction): readonly string[] {
    const { kind } = instruction;
    if (kind !== "load" && kind !== "store" && kind !== "address") return [];
    return [this.#describe(instruction.address) ?? []].flat();
  }

  terminator(terminator: Terminator): string {
    switch (terminator.kind) {
      case "jump":
        return `jump ${this.block(terminator.target)}`;
      case "branch": {
        const { condition, left, right, then, otherwise } = terminator;
        const operands = `${this.#operand(left)} ${this.#operand(right)}`;
        return `branch ${condition} ${operands} ${this.block(then)} ${this.block(otherwise)}`;
      }
      case "return":
        return terminator.value === null ? "return" : `return ${terminator.bank} ${this.#operand(terminator.value)}`;
    }
  }

  #body(instruction: Instruction): string {
    switch (instruction.kind) {
      case "copy":
        return `copy ${this.#operand(instruction.from)}`;
      case "phi":
        return `phi ${instruction.sources.map(({ from, value }) => `${this.block(from)} ${this.#operand(value)}`).join(", ")}`;
      case "unary":
        return `${instruction.operation} ${this.#operand(instruction.from)}`;
      case "binary":
        return `${instruction.operation} ${this.#operands([instruction.left, instruction.right])}`;
      case "divide": {
        const operands = this.#operands([instruction.left, instruction.right]);
        return `divide ${instruction.operation} ${operands} report ${this.#address(instruction.report)}`;
      }
      case "raise":
        return `raise ${instruction.error} report ${this.#address(instruction.report)}`;
      case "checkIndex":
        return `check ${this.#operands([instruction.index, instruction.count])} report ${this.#address(instruction.report)}`;
      case "checkPointer": {
        const { pointer, address, zeros, report } = instruction;
        const otherwise = `else ${this.#address(zeros)} report ${this.#address(report)}`;
        return `pointer ${this.#operands([pointer, address])} ${otherwise}`;
      }
      case "select":
        return `select ${this.#operands([instruction.condition, instruction.left, instruction.right])}`;
      case "load":
        return `load ${instruction.width} ${this.#address(instruction.address)}`;
      case "store": {
        const { width, from, address, guards } = instruction;
        return `store ${width} ${this.#operand(from)} to ${this.#address(address)}${this.#guards(guards)}`;
      }
      case "address":
        return `address ${this.#address(instruction.address)}`;
      case "copyBytes": {
        const { to, from, bytes, align, guards } = instruction;
        return `bytes ${bytes} by ${align} from ${this.#address(from)} to ${this.#address(to)}${this.#guards(guards)}`;
      }
      case "nop":
        return "nop";
      case "parameter":
        return `parameter ${instruction.position}`;
      case "call": {
        const { target, arguments: list, banks } = instruction;
        const passed = list.map(
          (operand, i) => `${isConstant(operand) ? `${banks[i]} ` : ""}${this.#operand(operand)}`,
        );
        return `call ${typeof target === "string" ? target : `[${target.names.join(" | ")}]`}(${passed.join(", ")})`;
      }
    }
  }

  #operands(operands: readonly Operand[]): string {
    return operands.map((operand) => this.#operand(operand)).join(" ");
  }

  #operand(operand: Operand): string {
    return isConstant(operand) ? String(operand.constant) : registerName(operand);
  }

  #address({ base, offset }: Address): string {
    switch (base.kind) {
      case "register":
        return `${this.#operand(base.register)}+${offset}`;
      case "static":
        return `${base.area}+${offset}`;
      case "frame":
        return `s${this.#fn.slots.indexOf(base.slot)}+${offset}`;
      case "device":
        return `device+${offset}`;
    }
  }

  #guards(guards: readonly Guard[]): string {
    const conditions = guards.map(({ given, checked }) => `${this.#operand(given)} = ${this.#operand(checked)}`);
    return conditions.length === 0 ? "" : ` if ${conditions.join(" and ")}`;
  }
}

const LETTERS: Readonly<Record<Bank, string>> = { integer: "r", long: "l", float: "f", double: "d" };

const registerName = ({ id, bank }: Register): string => `${LETTERS[bank]}${id}`;
