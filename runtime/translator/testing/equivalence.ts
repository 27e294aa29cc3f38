/** Law 2, held against two engines at once: the same program under the same interruptions, compared after every slice. */
import type { EngineFactory } from "../../hart/index.ts";
import { RAM_BASE, STATE_WORDS } from "../../hart/layout.ts";
import { Random } from "../../hart/testing/random.ts";
import { disassemble } from "../../isa/index.ts";
import { ComparedBoard } from "./compared-board.ts";
import type { FlowProgram } from "./random-flow-program.ts";
import { Scenario } from "./scenario.ts";
import { hex, nameOfWord } from "./state-names.ts";

export interface EquivalenceOptions {
  readonly program: FlowProgram;
  /** Of what happens from outside. */
  readonly seed: number;
  readonly slices: number;
  readonly reference: EngineFactory;
  readonly subject: EngineFactory;
  /** Runs each slice of the subject in several pieces. */
  readonly inPieces?: boolean;
  /** All RAM is compared after so many slices; a difference there is then sought slice by slice. */
  readonly ramInterval?: number;
}

export interface Equivalence {
  readonly slices: number;
  readonly cycles: number;
  /** How often a slice ended in which way. */
  readonly exits: Readonly<Record<Exit, number>>;
  /** null: none. Else what differed first, where, and the instructions before it. */
  readonly difference: string | null;
}

type Exit = ReturnType<ComparedBoard["run"]>;

const RAM_INTERVAL = 500;
/** Of the slice that went wrong. */
const INSTRUCTIONS_SHOWN = 40;

export const runEquivalence = (options: EquivalenceOptions): Equivalence => {
  const comparison = new Comparison(options);
  const { ramInterval = RAM_INTERVAL, slices } = options;
  let slice = 0;
  let difference: string | null = null;
  for (; slice < slices && difference === null; slice++) {
    difference = comparison.next();
    if (difference !== null || (slice + 1) % ramInterval !== 0) continue;
    difference = comparison.ramDifference();
    if (difference !== null && ramInterval > 1) return runEquivalence({ ...options, ramInterval: 1 });
  }
  const { exits } = comparison;
  const report = difference === null ? null : `${difference}\n${explain(options, slice - 1)}`;
  return { slices: slice, cycles: comparison.reference.now, exits, difference: report };
};

class Comparison {
  readonly reference: ComparedBoard;
  readonly exits: Record<Exit, number> = { budget: 0, wfi: 0, mmio: 0, fault: 0 };
  readonly #subject: ComparedBoard;
  readonly #boards: readonly ComparedBoard[];
  readonly #scenario: Scenario;
  readonly #pieces: Random | null;
  #slice = 0;
  #exit: Exit = "budget";

  constructor({ program, seed, reference, subject, inPieces = false }: EquivalenceOptions) {
    this.reference = new ComparedBoard(program, reference);
    this.#subject = new ComparedBoard(program, subject);
    this.#boards = [this.reference, this.#subject];
    this.#scenario = new Scenario(program, seed);
    this.#pieces = inPieces ? new Random(~seed) : null;
  }

  /** One slice on both. @returns what differs then, RAM aside. */
  next(): string | null {
    const budget = this.#scenario.before(this.#slice++, this.#exit, this.#boards);
    this.#exit = this.reference.run(budget);
    this.exits[this.#exit]++;
    const exit = this.#runSubject(budget);
    if (exit !== this.#exit) return `exit: ${this.#exit} and ${exit}`;
    if (this.reference.now !== this.#subject.now) return `cycle: ${this.reference.now} and ${this.#subject.now}`;
    return this.#stateDifference() ?? this.#accessDifference() ?? (exit === "fault" ? this.#faultDifference() : null);
  }

  #runSubject(budget: number): Exit {
    const pieces = this.#pieces;
    if (pieces === null) return this.#subject.run(budget);
    for (let left = budget; ; ) {
      const piece = 1 + pieces.below(left);
      const exit = this.#subject.run(piece);
      left -= piece;
      if (exit !== "budget" || left === 0) return exit;
    }
  }

  #stateDifference(): string | null {
    const a = this.reference.hart.words;
    const b = this.#subject.hart.words;
    for (let word = 0; word < STATE_WORDS; word++) {
      if (a[word] !== b[word]) return `${nameOfWord(word)}: ${hex(a[word]!)} and ${hex(b[word]!)}`;
    }
    return null;
  }

  #accessDifference(): string | null {
    const a = this.reference.accesses;
    const b = this.#subject.accesses;
    if (a.digest === b.digest && a.count === b.count) return null;
    return `device accesses, the last ones: ${JSON.stringify(a)} and ${JSON.stringify(b)}`;
  }

  #faultDifference(): string | null {
    const a = JSON.stringify(this.reference.engine.fault);
    const b = JSON.stringify(this.#subject.engine.fault);
    return a === b ? null : `fault: ${a} and ${b}`;
  }

  ramDifference(): string | null {
    const a = this.reference.ramWords;
    const b = this.#subject.ramWords;
    for (let word = 0; word < a.length; word++) {
      if (a[word] !== b[word]) return `RAM at ${hex(RAM_BASE + 4 * word)}: ${hex(a[word]!)} and ${hex(b[word]!)}`;
    }
    return null;
  }
}

/** The instructions of a slice, as the reference executes them one by one. */
const explain = ({ program, seed, reference }: EquivalenceOptions, slice: number): string => {
  const board = new ComparedBoard(program, reference);
  const scenario = new Scenario(program, seed);
  let exit: Exit = "budget";
  for (let earlier = 0; earlier < slice; earlier++) exit = board.run(scenario.before(earlier, exit, [board]));
  const budget = scenario.before(slice, exit, [board]);
  const lines: string[] = [];
  const instruction = new DataView(board.hart.ram.buffer, 0, program.ramBytes);
  for (let cycle = 0; cycle < budget; cycle++) {
    const { pc } = board.hart;
    const offset = pc - RAM_BASE;
    const word = offset >= 0 && offset <= program.ramBytes - 4 ? instruction.getUint32(offset, true) : 0;
    lines.push(`  ${hex(pc)}: ${disassemble(word, pc)}`);
    exit = board.run(1);
    if (exit !== "budget") break;
  }
  const shown = lines.slice(-INSTRUCTIONS_SHOWN);
  const heading = `seed ${seed}, slice ${slice} of ${budget} cycles, ended by ${exit} at ${hex(board.hart.pc)}`;
  return [`${heading}; its last ${shown.length} of ${lines.length} instructions:`, ...shown].join("\n");
};
