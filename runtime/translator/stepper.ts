/**
 * Single instructions in WebAssembly, decoded from the words in RAM whenever they are executed: what lies between the places where
 * translated code can be entered, as the beginning and the end of a slot do. It touches no more of the host's memory than the
 * guest's own words, which counts where many partitions take turns. Written from the instruction table, as the decoder's buckets
 * have it (RISC-V Unprivileged §1.5).
 */
import { FEW } from "../hart/dispatch.ts";
import { RAM_BASE } from "../hart/index.ts";
import {
  BUCKETS,
  bucketTerm,
  CONDITIONS,
  type Effect,
  type EffectKind,
  fieldTerm,
  type Instruction,
  OPERATIONS,
  type OperandName,
  type Term,
  terms,
} from "../isa/index.ts";
import { STOP } from "./exits.ts";
import { type MemoryAccess, type ValueType, WasmCode } from "./wasm/code.ts";
import type { FunctionType } from "./wasm/module.ts";

const { i32, local, numeric } = terms;

export interface StepperPlaces {
  readonly ramBytes: number;
  readonly stateAddress: number;
  readonly mapAddress: number;
  readonly watchAddress: number;
}

/** (pc, budget) → (pc, budget), as a region: with `STOP` where the interpreter has to go on, without it at an entry. */
export const STEPPER: FunctionType = { parameters: ["i32", "i32"], results: ["i32", "i32"] };
export const STEPPER_LOCALS: readonly ValueType[] = ["i32", "i32", "i32", "i32"];
/** `next` is the pc behind the instruction; `a` and `b` are what it computes with. */
const LOCAL = { pc: 0, budget: 1, word: 2, next: 3, a: 4, b: 5 } as const;
const [PC, WORD, NEXT, A, B] = [local(LOCAL.pc), local(LOCAL.word), local(LOCAL.next), local(LOCAL.a), local(LOCAL.b)];

/** Of RAM, read at once for an instruction: the last few are the interpreter's. */
const FETCH_BYTES = 4;

type StepCode<E extends Effect> = (effect: E, step: Step) => void;

/** null: the interpreter's. */
const EFFECTS: { readonly [K in EffectKind]: StepCode<Extract<Effect, { kind: K }>> | null } = {
  compute: ({ operation, second }, step) => {
    step.readX("rs1").set(LOCAL.a);
    (second === "rs2" ? step.readX("rs2") : step.code.term(step.operand("imm"))).set(LOCAL.b);
    step.writeX(() => step.code.term(OPERATIONS[operation].term(A, B)));
  },
  constant: ({ base }, step) => {
    const imm = step.operand("imm");
    step.writeX(() => step.code.term(base === "pc" ? numeric("i32.add", PC, imm) : imm));
  },
  jump: ({ target }, step) => {
    const { code } = step;
    if (target === "register") step.readX("rs1").term(step.operand("imm")).op("i32.add").i32(-2).op("i32.and");
    else code.term(numeric("i32.add", PC, step.operand("imm")));
    code.set(LOCAL.a);
    step.writeX(() => code.term(NEXT));
    code.get(LOCAL.a).set(LOCAL.next);
  },
  branch: ({ condition }, step) => {
    step.readX("rs1").set(LOCAL.a);
    step.readX("rs2").set(LOCAL.b);
    const target = numeric("i32.add", PC, step.operand("imm"));
    step.code.term(target).term(NEXT).term(CONDITIONS[condition].term(A, B)).select().set(LOCAL.next);
  },
  load: ({ bytes, signed }, step) => {
    step.findInRam(bytes);
    step.writeX(() => step.code.get(LOCAL.a).memory(loadName(bytes, signed), 0));
  },
  store: ({ bytes }, step) => {
    step.findInRam(bytes);
    step.leaveIfWatched();
    step.code.get(LOCAL.a);
    step.readX("rs2").memory(bytes === 4 ? "i32.store" : bytes === 2 ? "i32.store16" : "i32.store8", 0);
  },
  fence: () => {},
  csr: null,
  trap: null,
  return: null,
  wait: null,
  loadReserved: null,
  storeConditional: null,
  amo: null,
  float: null,
};

/** Those of floats, too, are the interpreter's. */
const codeOf = ({ effect }: { readonly effect: Effect }): StepCode<Effect> | null =>
  "file" in effect && effect.file === "f" ? null : (EFFECTS[effect.kind] as StepCode<Effect> | null);

const effectOf = (instruction: Instruction): { readonly effect: Effect } =>
  instruction.kind === "base" ? instruction : instruction.expandsTo;

const loadName = (bytes: number, signed: boolean): MemoryAccess => {
  if (bytes === 4) return "i32.load";
  const width = bytes === 2 ? "16" : "8";
  return signed ? `i32.load${width}_s` : `i32.load${width}_u`;
};

/**
 * Executes the instruction at pc whatever can be entered there; then others up to the next entry, which it passes when the budget is
 * nearly used up.
 */
export const stepperBody = (places: StepperPlaces): Uint8Array => {
  const { ramBytes, stateAddress, mapAddress } = places;
  const code = new WasmCode(16_384);
  const { lists, listOfBucket } = candidateLists();
  const isNotFetched = (): WasmCode => code.i32(ramBytes - FETCH_BYTES).op("i32.gt_u");
  code.loop().block();
  code.get(LOCAL.budget).op("i32.eqz").brIf(0);
  code.term(offsetOf(PC)).tee(LOCAL.a);
  isNotFetched().brIf(0);
  code.get(LOCAL.a).memory("i32.load", 0).set(LOCAL.word);
  code.block();
  for (const _ of lists) code.block();
  code.term(bucketTerm(WORD, 4)).term(bucketTerm(WORD, 2));
  code.get(LOCAL.word).i32(3).op("i32.and").i32(3).op("i32.eq").select();
  const nowhere = lists.length + 1;
  code.brTable([...listOfBucket.map((list) => list ?? nowhere), nowhere]);
  for (const [index, list] of lists.entries()) {
    code.end();
    const isDone = lists.length - 1 - index;
    for (const instruction of list) new Step(code, instruction, places, isDone).write();
    code.br(isDone + 1);
  }
  code.end();
  code.i32(0).i32(0).memory("i32.store", stateAddress); // x0, if that was the target
  code.get(LOCAL.budget).i32(1).op("i32.sub").set(LOCAL.budget);
  code.get(LOCAL.next).set(LOCAL.pc);
  code.get(LOCAL.budget).i32(FEW).op("i32.lt_s").brIf(1);
  code.term(offsetOf(PC)).tee(LOCAL.a);
  isNotFetched().brIf(1);
  code.get(LOCAL.a).i32(1).op("i32.shl").memory("i32.load", mapAddress).op("i32.eqz").brIf(1);
  code.get(LOCAL.pc).get(LOCAL.budget).return();
  code.end().get(LOCAL.pc).i32(STOP).op("i32.or").get(LOCAL.budget).return();
  return code.end().unreachable().bytes;
};

const offsetOf = (address: Term): Term => numeric("i32.sub", address, i32(RAM_BASE));

interface CandidateLists {
  readonly lists: readonly (readonly Instruction[])[];
  /** By bucket; null: everything in it is the interpreter's. */
  readonly listOfBucket: readonly (number | null)[];
}

/** Instructions whose operands lie in the bucket's bits have several buckets, which share a list. */
const candidateLists = (): CandidateLists => {
  const lists: (readonly Instruction[])[] = [];
  const indices = new Map<string, number>();
  const listOfBucket = BUCKETS.map((candidates) => {
    if (candidates.every((each) => codeOf(effectOf(each)) === null)) return null;
    const key = candidates.map(({ mnemonic }) => mnemonic).join();
    const index = indices.get(key) ?? lists.push(candidates) - 1;
    indices.set(key, index);
    return index;
  });
  return { lists, listOfBucket };
};

/** The code of one row. */
class Step {
  readonly code: WasmCode;
  readonly #instruction: Instruction;
  readonly #places: StepperPlaces;
  /** How many blocks out it goes on behind the instruction; one further the stepper is left before it. */
  readonly #isDone: number;

  constructor(code: WasmCode, instruction: Instruction, places: StepperPlaces, isDone: number) {
    this.code = code;
    this.#instruction = instruction;
    this.#places = places;
    this.#isDone = isDone;
  }

  /** Falls through where the word is another instruction. */
  write(): void {
    const { code } = this;
    const { format, mask, match, nonzero } = this.#instruction;
    code.get(LOCAL.word).i32(mask).op("i32.and").i32(match).op("i32.eq");
    for (const name of nonzero) code.term(this.#field(name)).i32(0).op("i32.ne").op("i32.and");
    code.if();
    const { effect } = effectOf(this.#instruction);
    const write = codeOf({ effect });
    if (write === null) code.br(this.#isDone + 2);
    else {
      code.get(LOCAL.pc).i32(format.bytes).op("i32.add").set(LOCAL.next);
      write(effect, this);
      code.br(this.#isDone + 1);
    }
    code.end();
  }

  /** An operand of the effect; 0 where the instruction has none of that name. */
  operand(name: OperandName): Term {
    const instruction = this.#instruction;
    if (instruction.kind === "base") return name in instruction.format.operands ? this.#field(name) : i32(0);
    const source = instruction.expansion.operands[name] ?? 0;
    return typeof source === "number" ? i32(source) : this.#field(source);
  }

  #field(name: OperandName): Term {
    return fieldTerm(this.#instruction.format.operands[name]!, WORD);
  }

  /** The address of the register's word, from the state's. */
  #word(name: OperandName): Term {
    return numeric("i32.shl", this.operand(name), i32(2));
  }

  readX(name: OperandName): WasmCode {
    return this.code.term(this.#word(name)).memory("i32.load", this.#places.stateAddress);
  }

  /** `value` leaves x[rd] on the stack. */
  writeX(value: () => void): void {
    this.code.term(this.#word("rd"));
    value();
    this.code.memory("i32.store", this.#places.stateAddress);
  }

  /** Sets `a` to the offset in RAM of what is loaded or stored; leaves where that is not RAM alone. */
  findInRam(bytes: number): void {
    this.readX("rs1")
      .term(offsetOf(this.operand("imm")))
      .op("i32.add")
      .tee(LOCAL.a);
    this.#leaveIf((code) => code.i32(this.#places.ramBytes - bytes).op("i32.gt_u"));
  }

  leaveIfWatched(): void {
    const { watchAddress } = this.#places;
    this.code.get(LOCAL.a).i32(12).op("i32.shr_u");
    this.#leaveIf((code) => code.memory("i32.load8_u", watchAddress));
  }

  /** Before the instruction has done anything. */
  #leaveIf(condition: (code: WasmCode) => void): void {
    condition(this.code);
    this.code.brIf(this.#isDone + 2);
  }
}
