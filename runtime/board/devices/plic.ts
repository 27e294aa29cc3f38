/**
 * The platform-level interrupt controller: gathers the devices' interrupt lines into the hart's external interrupt (RISC-V
 * PLIC specification 1.0.0 chapters 1–9, laid out as on QEMU's `virt` machine; device tree "sifive,plic-1.0.0").
 */
import type { BusResult } from "../../hart/engine.ts";
import type { StateReader, StateWriter } from "../../state.ts";
import { type AccessSize, type Device, NO_ANSWER } from "./device.ts";

/** Sources are 1 … 95; number 0 means "none" (§1.4). */
export const PLIC_SOURCES = 95;
/** Context 0 is M mode of hart 0, context 1 its S mode: that one has registers like the other, and drives nothing. */
const CONTEXTS = 2;
const MACHINE = 0;
/** Priorities and thresholds keep three bits (WARL); 0 is "never interrupts". */
const PRIORITY_MASK = 7;
const WORDS = Math.ceil((PLIC_SOURCES + 1) / 32);

/** §3: the memory map. */
const PENDING = 0x1000;
const ENABLE = { base: 0x2000, stride: 0x80 } as const;
const CONTEXT = { base: 0x20_0000, stride: 0x1000 } as const;
const THRESHOLD = 0;
const CLAIM = 4;

export interface PlicOptions {
  /** The machine's external interrupt line, whenever it changes. */
  readonly setExternalInterrupt: (asserted: boolean) => void;
}

/** What a context lets through. */
interface Context {
  readonly enabled: Uint32Array;
  threshold: number;
}

/** All lines are levels. */
export class Plic implements Device {
  readonly #setExternalInterrupt: (asserted: boolean) => void;
  readonly #priorities = new Uint8Array(PLIC_SOURCES + 1);
  /** One bit a source: its line; its request, which waits to be claimed; and whether it was claimed and is not complete. */
  readonly #lines = new Uint32Array(WORDS);
  readonly #pending = new Uint32Array(WORDS);
  readonly #inService = new Uint32Array(WORDS);
  readonly #contexts: readonly Context[];
  #asserted = false;

  constructor(options: PlicOptions) {
    this.#setExternalInterrupt = options.setExternalInterrupt;
    this.#contexts = Array.from({ length: CONTEXTS }, () => ({ enabled: new Uint32Array(WORDS), threshold: 0 }));
  }

  /** The lines stay as the devices drive them. */
  reset(): void {
    this.#priorities.fill(0);
    this.#pending.fill(0);
    this.#inService.fill(0);
    for (const context of this.#contexts) {
      context.enabled.fill(0);
      context.threshold = 0;
    }
    for (let word = 0; word < WORDS; word++) this.#forwardRequests(word);
    this.#update();
  }

  save(writer: StateWriter): void {
    writer.section("plic", 1);
    writer.bytes(this.#priorities);
    for (const words of [this.#lines, this.#pending, this.#inService]) writer.u32s(words);
    for (const { enabled, threshold } of this.#contexts) {
      writer.u32s(enabled);
      writer.u8(threshold);
    }
    writer.flag(this.#asserted);
  }

  restore(reader: StateReader): void {
    reader.section("plic", 1);
    reader.bytes(this.#priorities);
    for (const words of [this.#lines, this.#pending, this.#inService]) reader.u32s(words);
    for (const context of this.#contexts) {
      reader.u32s(context.enabled);
      context.threshold = reader.u8();
    }
    this.#asserted = reader.flag();
  }

  /** A device's interrupt line. @param source 1 … 95. */
  setLine(source: number, asserted: boolean): void {
    const [word, bit] = [source >>> 5, 1 << source];
    if (asserted) this.#lines[word]! |= bit;
    else this.#lines[word]! &= ~bit;
    this.#forwardRequests(word);
    this.#update();
  }

  /** Whether this source's line would raise the external interrupt. */
  passes(source: number): boolean {
    const { enabled, threshold } = this.#contexts[MACHINE]!;
    return (enabled[source >>> 5]! & (1 << source)) !== 0 && this.#priorities[source]! > threshold;
  }

  read(offset: number, size: AccessSize): number {
    if (size !== 4) return NO_ANSWER;
    if (offset < PENDING) return this.#priorities[offset / 4] ?? 0;
    if (offset < ENABLE.base) return this.#pending[(offset - PENDING) / 4] ?? 0;
    if (offset < CONTEXT.base) return this.#enableWord(offset)?.[(offset % ENABLE.stride) / 4] ?? 0;
    const context = this.#contextAt(offset);
    const register = offset % CONTEXT.stride;
    if (context !== undefined && register === THRESHOLD) return context.threshold;
    return context !== undefined && register === CLAIM ? this.#claim(context) : 0;
  }

  write(offset: number, size: AccessSize, value: number): BusResult {
    if (size !== 4) return "fault";
    if (offset < PENDING) this.#setPriority(offset / 4, value & PRIORITY_MASK);
    else if (offset >= ENABLE.base && offset < CONTEXT.base) this.#enable(offset, value);
    else if (offset >= CONTEXT.base) this.#writeContext(offset, value);
    this.#update();
    return "ok";
  }

  #setPriority(source: number, priority: number): void {
    if (source >= 1 && source <= PLIC_SOURCES) this.#priorities[source] = priority;
  }

  #enableWord(offset: number): Uint32Array | undefined {
    return this.#contexts[Math.floor((offset - ENABLE.base) / ENABLE.stride)]?.enabled;
  }

  #enable(offset: number, sources: number): void {
    const enabled = this.#enableWord(offset);
    const word = (offset % ENABLE.stride) / 4;
    // There is no source 0 to enable; what lies beyond the last word is no register.
    if (enabled !== undefined && word < WORDS) enabled[word] = word === 0 ? sources & ~1 : sources;
  }

  #contextAt(offset: number): Context | undefined {
    return this.#contexts[Math.floor((offset - CONTEXT.base) / CONTEXT.stride)];
  }

  #writeContext(offset: number, value: number): void {
    const context = this.#contextAt(offset);
    if (context === undefined) return;
    const register = offset % CONTEXT.stride;
    if (register === THRESHOLD) context.threshold = value & PRIORITY_MASK;
    else if (register === CLAIM) this.#complete(context, value);
  }

  /** §8: hands out the pending request of highest priority, whatever the threshold; 0 when there is none. */
  #claim(context: Context): number {
    const source = this.#mostUrgent(context);
    if (source === 0) return 0;
    this.#pending[source >>> 5]! &= ~(1 << source);
    this.#inService[source >>> 5]! |= 1 << source;
    this.#update();
    return source;
  }

  /** §9: a source that is not enabled for this context is ignored. */
  #complete({ enabled }: Context, source: number): void {
    const word = source >>> 5;
    const isEnabled = word < WORDS && (enabled[word]! & (1 << source)) !== 0;
    if (!isEnabled) return;
    this.#inService[word]! &= ~(1 << source);
    this.#forwardRequests(word);
  }

  /**
   * §1.2, the gateways: a line that is asserted becomes a request unless one of its source is being served. A request stays when
   * its line falls before it is claimed.
   */
  #forwardRequests(word: number): void {
    this.#pending[word]! |= this.#lines[word]! & ~this.#inService[word]!;
  }

  /** Of equal priority the lowest number wins (§4); 0: none. */
  #mostUrgent({ enabled }: Context): number {
    let best = 0;
    let bestPriority = 0;
    for (let word = 0; word < WORDS; word++) {
      for (let bits = this.#pending[word]! & enabled[word]!; bits !== 0; bits &= bits - 1) {
        const source = 32 * word + 31 - Math.clz32(bits & -bits);
        if (this.#priorities[source]! <= bestPriority) continue;
        best = source;
        bestPriority = this.#priorities[source]!;
      }
    }
    return best;
  }

  /** The external interrupt is pending while a request is above the threshold (§7). */
  #update(): void {
    const machine = this.#contexts[MACHINE]!;
    const asserted = this.#priorities[this.#mostUrgent(machine)]! > machine.threshold;
    if (asserted === this.#asserted) return;
    this.#asserted = asserted;
    this.#setExternalInterrupt(asserted);
  }
}
