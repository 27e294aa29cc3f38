/** A scan that is interrupted: what belongs to it goes onto the stack, its process image too, and comes back. */
import { X } from "../../../runtime/isa/index.ts";
import { TIME_OFFSET } from "../ir/lower-expression.ts";
import { UPPER_RESULT_OFFSET } from "../ir/split-longs.ts";
import { alignUp } from "../semantics/types.ts";
import { DEVICE } from "./partita-device.ts";
import { CSR, type RuntimeCode } from "./runtime-code.ts";

/** What the scans share. */
export interface SharedImage {
  /** Bytes of the areas of inputs and outputs. */
  readonly inputBytes: number;
  readonly outputBytes: number;
  /** Offsets of these areas from the start of the data. */
  readonly inputs: number;
  readonly outputs: number;
}

export const wordsIn = (bytes: number): number => Math.ceil(bytes / 4);

/** What a call may change: all of it belongs to the interrupted scan. */
const INTEGERS = [
  ...[X.ra, X.t0, X.t1, X.t2, X.t3, X.t4, X.t5, X.t6, X.s0, X.s1],
  ...[X.a0, X.a1, X.a2, X.a3, X.a4, X.a5, X.a6, X.a7],
];
const FLOATS = Array.from({ length: 32 }, (_, register) => register).filter(
  (register) => register < 8 || (register >= 10 && register < 18) || register >= 28,
);
/** Of the runtime and of the device, what a scan may be in the midst of using. */
const VARIABLES = [TIME_OFFSET, UPPER_RESULT_OFFSET];
const REPORT = [DEVICE.detail, DEVICE.message];

/** The interrupted scan on the stack, from its end up. */
const FRAME = {
  floats: 0,
  integers: 8 * FLOATS.length,
  variables: 8 * FLOATS.length + 4 * INTEGERS.length,
  report: 8 * FLOATS.length + 4 * (INTEGERS.length + VARIABLES.length),
  pc: 8 * FLOATS.length + 4 * (INTEGERS.length + VARIABLES.length + REPORT.length),
  rank: 8 * FLOATS.length + 4 * (INTEGERS.length + VARIABLES.length + REPORT.length + 1),
} as const;
const FRAME_BYTES = alignUp(FRAME.rank + 4, 16);

/** Bytes of stack that an interruption takes. */
export const interruptionBytes = ({ inputBytes, outputBytes }: SharedImage): number =>
  FRAME_BYTES + alignUp(4 * (wordsIn(inputBytes) + 2 * wordsIn(outputBytes)), 16);

/** Into mstatus before `mret`: MPP is machine mode and MPIE is set (RISC-V Privileged §3.1.6.1). */
const MACHINE_WITH_INTERRUPTS = 0x1880;

/** Where an interruption finds and leaves what is not the scan's own: offsets of runtime variables. */
export interface InterruptionPlaces {
  /** The rank of the scan that is running. */
  readonly current: number;
  /** The outputs as they were last published. */
  readonly shadow: number;
}

export class Interruption {
  readonly #code: RuntimeCode;
  readonly #image: SharedImage;
  readonly #places: InterruptionPlaces;

  constructor(code: RuntimeCode, image: SharedImage, places: InterruptionPlaces) {
    this.#code = code;
    this.#image = image;
    this.#places = places;
  }

  saveScan(): void {
    const { asm } = this.#code;
    asm.emit("addi", { rd: X.sp, rs1: X.sp, imm: -FRAME_BYTES });
    for (const [i, register] of INTEGERS.entries()) this.#code.store(register, X.sp, FRAME.integers + 4 * i);
    for (const [i, register] of FLOATS.entries()) {
      asm.emit("fsd", { rs2: register, rs1: X.sp, imm: FRAME.floats + 8 * i });
    }
    for (const [i, offset] of VARIABLES.entries()) {
      this.#code.variable("lw", X.t0, offset);
      this.#code.store(X.t0, X.sp, FRAME.variables + 4 * i);
    }
    this.#code.immediate(X.t1, DEVICE.base);
    for (const [i, register] of REPORT.entries()) {
      this.#code.load(X.t0, X.t1, register);
      this.#code.store(X.t0, X.sp, FRAME.report + 4 * i);
    }
    asm.emit("csrrs", { rd: X.t0, csr: CSR.mepc, rs1: X.zero });
    this.#code.store(X.t0, X.sp, FRAME.pc);
    this.#code.variable("lw", X.t0, this.#places.current);
    this.#code.store(X.t0, X.sp, FRAME.rank);
  }

  resumeScan(): void {
    const { asm } = this.#code;
    this.#code.load(X.t0, X.sp, FRAME.rank);
    this.#code.variable("sw", X.t0, this.#places.current);
    this.#code.load(X.t0, X.sp, FRAME.pc);
    asm.emit("csrrw", { rd: X.zero, csr: CSR.mepc, rs1: X.t0 });
    this.#code.immediate(X.t0, MACHINE_WITH_INTERRUPTS);
    asm.emit("csrrs", { rd: X.zero, csr: CSR.mstatus, rs1: X.t0 });
    this.#code.immediate(X.t1, DEVICE.base);
    for (const [i, register] of REPORT.entries()) {
      this.#code.load(X.t0, X.sp, FRAME.report + 4 * i);
      this.#code.store(X.t0, X.t1, register);
    }
    for (const [i, offset] of VARIABLES.entries()) {
      this.#code.load(X.t0, X.sp, FRAME.variables + 4 * i);
      this.#code.variable("sw", X.t0, offset);
    }
    for (const [i, register] of FLOATS.entries()) {
      asm.emit("fld", { rd: register, rs1: X.sp, imm: FRAME.floats + 8 * i });
    }
    for (const [i, register] of INTEGERS.entries()) this.#code.load(register, X.sp, FRAME.integers + 4 * i);
    asm.emit("addi", { rd: X.sp, rs1: X.sp, imm: FRAME_BYTES });
    asm.emit("mret");
  }

  /** Bytes of the images on the stack, below the frame: the inputs, the outputs, the outputs as they were published. */
  get #images() {
    const inputs = 4 * wordsIn(this.#image.inputBytes);
    const outputs = 4 * wordsIn(this.#image.outputBytes);
    return { outputs: inputs, published: inputs + outputs, bytes: alignUp(inputs + 2 * outputs, 16) };
  }

  /** What is in the areas, onto the stack; the outputs become those that were published. */
  setImageAside(): void {
    const { inputs, outputs, inputBytes, outputBytes } = this.#image;
    const { bytes, ...places } = this.#images;
    if (bytes === 0) return;
    const area = (register: number, offset: number) => () => this.#code.address(register, offset);
    const shadow = this.#code.offsetOfRuntime(this.#places.shadow);
    this.#code.reserve(bytes);
    this.#code.forWords(area(X.t0, inputs), () => this.#onStack(X.t1, 0), wordsIn(inputBytes));
    const [now, was] = [() => this.#onStack(X.t1, places.outputs), () => this.#onStack(X.t1, places.published)];
    this.#code.forWords(area(X.t0, outputs), now, wordsIn(outputBytes));
    this.#code.forWords(area(X.t0, shadow), was, wordsIn(outputBytes));
    this.#code.forWords(area(X.t0, shadow), area(X.t1, outputs), wordsIn(outputBytes));
  }

  /** Inputs as they were; outputs as they were, but for the bits that are published differently now. */
  takeImageBack(): void {
    const { inputs, outputs, inputBytes, outputBytes } = this.#image;
    const { bytes, ...places } = this.#images;
    if (bytes === 0) return;
    const { asm } = this.#code;
    const area = (register: number, offset: number) => () => this.#code.address(register, offset);
    this.#code.forWords(() => this.#onStack(X.t0, 0), area(X.t1, inputs), wordsIn(inputBytes));
    const published = places.published - places.outputs;
    const isNear = published < 2048;
    if (!isNear) this.#code.immediate(X.t5, published);
    this.#code.forWords(
      () => this.#onStack(X.t0, places.outputs),
      area(X.t1, outputs),
      wordsIn(outputBytes),
      () => {
        // t2: the interrupted scan's; t4: what the other left; t5 …: where they differ from what was published before it.
        this.#code.load(X.t4, X.t1, 0);
        if (isNear) this.#code.load(X.a0, X.t0, published);
        else {
          this.#code.add(X.a0, X.t0, X.t5);
          this.#code.load(X.a0, X.a0, 0);
        }
        asm.emit("xor", { rd: X.a0, rs1: X.a0, rs2: X.t4 });
        asm.emit("xor", { rd: X.t4, rs1: X.t4, rs2: X.t2 });
        asm.emit("and", { rd: X.t4, rs1: X.t4, rs2: X.a0 });
        asm.emit("xor", { rd: X.t2, rs1: X.t2, rs2: X.t4 });
      },
    );
    this.#code.reserve(-bytes);
  }

  #onStack(register: number, offset: number): void {
    this.#code.immediate(register, offset);
    this.#code.add(register, register, X.sp);
  }
}
