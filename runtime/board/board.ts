/**
 * One partition's board: RAM, one hart and the devices around it, driven by whoever owns the time (design.md §2 law 1 and §4).
 * The board runs when told to, for exactly as long as it is told to, and knows nothing of slots or of other partitions.
 */
import {
  allocateMemory,
  canTakeTraps,
  type Engine,
  type EngineFactory,
  enterTrap,
  type Fault,
  Hart,
  interpret,
  TRAP_CAUSES,
  type TrapCause,
} from "../hart/index.ts";
import { WORD } from "../hart/layout.ts";
import type { StateReader, StateWriter } from "../state.ts";
import type { Area } from "../system.ts";
import { type Cycles, cycles, type GuestAddress, guestAddress, type Hertz } from "../units.ts";
import { BoardBus } from "./bus.ts";
import { buildDeviceTree, placeDeviceTree } from "./device-tree.ts";
import { Clint } from "./devices/clint.ts";
import { Finisher } from "./devices/finisher.ts";
import { DOUBLEWORD_BYTES, Htif, type HtifPlaces } from "./devices/htif.ts";
import { type ImageAreas, PartitaDevice } from "./devices/partita.ts";
import type { PartitaHost } from "./devices/partita-host.ts";
import { Plic } from "./devices/plic.ts";
import { Uart } from "./devices/uart.ts";
import type { GuestImage } from "./image.ts";
import { INTERRUPT_SOURCES, MEMORY_MAP, RAM_BASE } from "./memory-map.ts";
import { type RamPages, RamPagesOf } from "./ram-pages.ts";
import { staticCodeOf } from "./static-code.ts";
import { type Upset, upsetHart } from "./upset.ts";

export interface BoardOptions {
  /** Must fit into `memoryBytes`. */
  readonly image: GuestImage;
  /** Where the image's areas are: what the guest reads of the partita device, and what a warm start keeps. */
  readonly areas: ImageAreas;
  /** RAM from 0x8000_0000; a whole number of 4 KiB pages. */
  readonly memoryBytes: number;
  readonly clock: Hertz;
  /** What the device tree's /chosen tells the guest; left out: nothing. */
  readonly bootArguments?: string;
  readonly partita: PartitaHost;
  /** Traps that end the run as faults although the guest has a handler; left out: none. */
  readonly claimedTraps?: readonly TrapCause[];
  /** A byte that the guest sent on its UART. */
  readonly transmit: (byte: number) => void;
  /**
   * The next byte for the guest's UART; −1: nothing there. Asked for when the guest looks and has none, and, while its receiver
   * interrupt is enabled and it has none, after each of its accesses and when a run begins. Left out: never any.
   */
  readonly receive?: () => number;
  /** Where the guest reports its end in RAM, as test programs do; must lie in RAM. Left out: nowhere. */
  readonly htif?: HtifPlaces;
  /** What executes the guest; left out: the interpreter. No guest can tell. */
  readonly engine?: EngineFactory;
  /** Whether `run` ends "idle" when the guest waits in a `wfi` that nothing can end, instead of idling on. */
  readonly endsInIdle?: boolean;
}

/** Why `run` ended. */
export type BoardExit =
  /** The whole duration is used, in instructions or idle. */
  | "budget"
  /** A trap that the guest did not take; `fault` says which. */
  | "fault"
  /** `requestStop` was called. */
  | "stopped"
  /** The guest used the finisher; `exitCode` says how. */
  | "poweredOff"
  /** The guest reported its end in `htif.tohost`; `exitCode` says how. */
  | "tohost"
  /** The guest asked the finisher for a reset. */
  | "reset"
  /** Only with `endsInIdle`. */
  | "idle";

/** A cycle that never comes. */
const NEVER = cycles(Infinity);

export class VirtualBoard {
  /** The partition's RAM, from 0x8000_0000; the board's for its whole life. */
  readonly ram: Uint8Array;
  /** x, f, pc, fcsr and the counters as bytes, for hashing: a view, current between runs. */
  readonly registerBytes: Uint8Array;
  /** x0 … x31: a view, current between runs and while a device is accessed. */
  readonly integerRegisters: Int32Array;
  readonly #image: GuestImage;
  readonly #endsInIdle: boolean;
  /** Somebody may have a byte for the UART. */
  readonly #listens: boolean;
  readonly #retained: Uint8Array;
  readonly #deviceTree: Uint8Array;
  readonly #deviceTreeAddress: number;
  readonly #hart: Hart;
  readonly #engine: Engine;
  readonly #clint: Clint;
  readonly #plic: Plic;
  readonly #uart: Uart;
  readonly #bus: BoardBus;
  readonly #htif: Htif | null;
  /** Made when they are first asked for. */
  #ramPages: RamPagesOf | null = null;
  /** Board cycle at which the hart's `elapsed` was 0. */
  #hartStart = cycles(0);
  #used = cycles(0);
  #idle = cycles(0);
  /** The board cycle that runs have come to, and how many before it the guest executed nothing in. */
  #reached = cycles(0);
  #passed = cycles(0);
  #executedAtWake = cycles(0);
  /** In a `wfi` that nothing has ended yet. */
  #waiting = false;
  /**
   * For so many cycles more in which the guest would execute, it stands still and the time counts as used: somebody outside has taken
   * its hart from it. Until the next reset.
   */
  stalled = cycles(0);
  /** The board cycle up to which the engine was told to run. */
  #engineEnd = cycles(0);
  /** Why the run is to end after the current instruction. */
  #ending: BoardExit | null = null;
  #exitCode = 0;

  /** Powered on, as after `reset()`. */
  constructor(options: BoardOptions) {
    const { image, memoryBytes, clock } = options;
    if (image.end > RAM_BASE + memoryBytes) throw new Error("the image does not fit into the board's RAM");
    this.#image = image;
    this.#endsInIdle = options.endsInIdle ?? false;
    this.#listens = options.receive !== undefined;
    this.#hart = new Hart(allocateMemory(memoryBytes), memoryBytes, 0, maskOf(options.claimedTraps ?? []));
    this.ram = this.#hart.ram;
    this.registerBytes = this.#hart.registerBytes;
    this.integerRegisters = this.#hart.words.subarray(0, 32);
    this.#retained = areaOf(this.ram, options.areas.retained);
    this.#deviceTree = buildDeviceTree(memoryBytes, options.bootArguments);
    this.#deviceTreeAddress = placeDeviceTree(this.#deviceTree.length, image.end, memoryBytes);
    this.#clint = new Clint({
      clock,
      now: () => this.now(),
      setSoftwareInterrupt: (pending) => this.#hart.setInterrupt("software", pending),
    });
    this.#plic = new Plic({
      setExternalInterrupt: (asserted) => this.#hart.setInterrupt("external", asserted),
    });
    this.#uart = new Uart({
      transmit: options.transmit,
      receive: options.receive ?? silence,
      setInterrupt: (asserted) => this.#plic.setLine(INTERRUPT_SOURCES.uart, asserted),
    });
    const devices = [
      { region: MEMORY_MAP.uart, device: this.#uart },
      { region: MEMORY_MAP.plic, device: this.#plic },
      { region: MEMORY_MAP.clint, device: this.#clint },
      { region: MEMORY_MAP.partita, device: this.#partitaDevice(options) },
      { region: MEMORY_MAP.finisher, device: this.#finisher() },
    ];
    this.#bus = new BoardBus(devices, () => this.#settle());
    const { engine = interpret } = options;
    this.#engine = engine({ hart: this.#hart, bus: this.#bus, time: this.#clint, code: staticCodeOf(image) });
    this.#htif = options.htif === undefined ? null : this.#watchForHost(options.htif, options.transmit);
    this.reset();
  }

  /** Cycles used by the last `run`, idle included: 0 … duration. */
  get used(): Cycles {
    return this.#used;
  }

  /** Of these, the cycles in which the guest waited in `wfi`. */
  get idle(): Cycles {
    return this.#idle;
  }

  /** Cycles in which the guest executed, of all runs and up to the current instruction; what matters are differences. */
  get executed(): Cycles {
    return cycles(this.now() - this.#passed);
  }

  /** `executed` when the guest last went on after it had idled. */
  get executedAtWake(): Cycles {
    return this.#executedAtWake;
  }

  /** Set when the last `run` ended in "fault", else null. */
  get fault(): Fault | null {
    return this.#engine.fault;
  }

  /** Of the instruction that is being executed; between runs, of the next one. */
  get pc(): GuestAddress {
    return this.#hart.pc;
  }

  /** The guest has a handler for traps. */
  get canTakeTraps(): boolean {
    return canTakeTraps(this.#hart);
  }

  /** The guest takes a trap that ended the last run in "fault" after all: it goes on in its handler. */
  enterTrap({ cause, value }: Fault): void {
    enterTrap(this.#hart, cause, value);
  }

  /** The partita device's interrupt would reach the guest. */
  get healthInterruptEnabled(): boolean {
    return this.#plic.passes(INTERRUPT_SOURCES.partita) && this.#hart.enables("external");
  }

  setHealthInterrupt(asserted: boolean): void {
    this.#plic.setLine(INTERRUPT_SOURCES.partita, asserted);
  }

  /** What the guest said when it ended: 0 passed. Meaningful after "poweredOff" and "tohost". */
  get exitCode(): number {
    return this.#exitCode;
  }

  /** Instructions retired since the last reset, as the guest's minstret counts them. */
  get instructions(): number {
    const { words } = this.#hart;
    return (words[WORD.minstret]! >>> 0) + (words[WORD.minstret + 1]! >>> 0) * 2 ** 32;
  }

  /** Guest address of the device tree, which the guest finds in a1; 0 when there is no room for it above the image. */
  get deviceTreeAddress(): number {
    return this.#deviceTreeAddress;
  }

  /** The board cycle at which the current instruction started; between runs, the one at which the last run ended. */
  now(): Cycles {
    return cycles(this.#hartStart + this.#hart.elapsed);
  }

  /**
   * Reloads the image into cleared RAM and resets hart and devices. mtime runs on.
   * @param keepRetained leaves the retained area as it is (WARM_START).
   */
  reset(keepRetained = false): void {
    const kept = keepRetained ? this.#retained.slice() : null;
    this.ram.fill(0);
    for (const { address, bytes } of this.#image.segments) this.ram.set(bytes, address - RAM_BASE);
    if (this.#deviceTreeAddress !== 0) this.ram.set(this.#deviceTree, this.#deviceTreeAddress - RAM_BASE);
    if (kept !== null) this.#retained.set(kept);
    this.#bus.reset();
    this.#hart.reset(guestAddress(this.#image.entry), this.#hart.hartId, this.#deviceTreeAddress);
    this.#hartStart = cycles(this.#reached - this.#hart.elapsed);
    this.#engine.ramChanged(guestAddress(RAM_BASE), this.ram.length);
    this.#waiting = false;
    this.stalled = cycles(0);
  }

  /**
   * Runs the guest from board cycle `start` on, for exactly `duration` cycles unless it ends for another reason than "budget".
   * Idle in `wfi` counts like instructions. `start` does not lie before the end of the last run.
   */
  run(start: Cycles, duration: Cycles): BoardExit {
    this.#ending = null;
    this.#idle = cycles(0);
    this.#passed = cycles(this.#passed + start - this.#reached);
    this.#moveTo(start, cycles(0));
    if (this.#listens) this.#uart.poll();
    while (this.#used < duration) {
      const budget = this.#untilNextEvent(duration);
      if (this.#waiting && !this.#hart.wakes) {
        if (this.#endsInIdle && this.nextWake(this.now()) === NEVER) return "idle";
        this.#hart.addIdle(budget);
        this.#idle = cycles(this.#idle + budget);
        this.#passed = cycles(this.#passed + budget);
        this.#moveTo(start, cycles(this.#used + budget));
        this.#executedAtWake = this.executed;
        continue;
      }
      this.#waiting = false;
      if (this.stalled > 0) {
        this.#stall(start, budget);
        continue;
      }
      this.#hartStart = cycles(start + this.#used);
      this.#engineEnd = cycles(this.#hartStart + budget);
      const exit = this.#engine.run(budget);
      this.#moveTo(start, cycles(this.#used + this.#engine.used));
      if (exit === "fault") return "fault";
      if (exit === "mmio") this.#htif?.look();
      if (this.#ending !== null) return this.#ending;
      this.#waiting = exit === "wfi";
    }
    return "budget";
  }

  #stall(start: Cycles, budget: Cycles): void {
    const lost = Math.min(budget, this.stalled);
    this.#hart.addIdle(cycles(lost));
    this.stalled = cycles(this.stalled - lost);
    this.#moveTo(start, cycles(this.#used + lost));
  }

  /** Between two runs. It is possible: `objectionToUpset`. */
  upset(upset: Upset): void {
    upsetHart(this.#hart, upset);
    if (upset.kind === "ram") this.ramChanged(upset.address, 1);
    if (upset.kind === "jump") this.#waiting = false;
  }

  /** For the PartitaHost, from within a run: the run ends "stopped" after the current instruction. */
  requestStop(): void {
    this.#ending = "stopped";
  }

  /**
   * The first board cycle, `now` or later, at which the guest would execute an instruction if it were given the time: Infinity
   * when it waits in a `wfi` that nothing can end.
   */
  nextWake(now: Cycles): Cycles {
    if (!this.#waiting || this.#hart.wakes) return now;
    if (!this.#hart.enables("timer")) return NEVER;
    return cycles(Math.max(now, this.#clint.nextEvent()));
  }

  /** The guest waits in a `wfi` that a byte on its UART would end. */
  get awaitsInput(): boolean {
    return (
      this.#waiting &&
      this.#uart.awaitsByte &&
      this.#plic.passes(INTERRUPT_SOURCES.uart) &&
      this.#hart.enables("external")
    );
  }

  /** Hands the state to `take` in its canonical order: registers, CSRs, then RAM by address. The bytes are views, not to be kept. */
  visitState(take: (bytes: Uint8Array) => void): void {
    take(this.#hart.stateBytes);
    take(this.ram);
  }

  /** Between two runs: hart and devices, not the RAM. */
  save(writer: StateWriter): void {
    writer.section("board", 1);
    writer.flag(this.#waiting);
    this.#hart.save(writer);
    this.#bus.save(writer);
  }

  /**
   * Hart and devices as `save` wrote them, and RAM with the `changedPages` of then.
   * @param timeJump the board's time when it runs next, less what it would have been had it run on.
   */
  restore(reader: StateReader, ram: RamPages, timeJump: Cycles): void {
    reader.section("board", 1);
    this.#waiting = reader.flag();
    this.#hart.restore(reader);
    this.#hartStart = cycles(this.#reached - this.#hart.elapsed);
    this.#bus.restore(reader);
    this.#clint.timeJumped(timeJump);
    this.#pages().restore(ram);
    this.#engine.ramChanged(guestAddress(RAM_BASE), this.ram.length);
  }

  /** What of RAM is not as it was after a reset, copied. */
  changedPages(): RamPages {
    return this.#pages().changed();
  }

  /** The host wrote to the guest's RAM: code may have changed. */
  ramChanged(address: GuestAddress, bytes: number): void {
    this.#engine.ramChanged(address, bytes);
  }

  #pages(): RamPagesOf {
    const tree = { address: this.#deviceTreeAddress, bytes: this.#deviceTree };
    const loaded = [...this.#image.segments, ...(this.#deviceTreeAddress === 0 ? [] : [tree])];
    this.#ramPages ??= new RamPagesOf(this.ram, loaded);
    return this.#ramPages;
  }

  /** `used` cycles after `start`: the timer interrupt is as it is at that cycle, before the instruction that starts there. */
  #moveTo(start: Cycles, used: Cycles): void {
    this.#used = used;
    this.#reached = cycles(start + used);
    this.#hartStart = cycles(start + used - this.#hart.elapsed);
    this.#hart.setInterrupt("timer", this.#clint.nextEvent() <= start + used);
  }

  /**
   * Behind the current instruction, which wrote to a device: the timer's interrupt is as it is then, and the engine may go on until
   * the timer becomes due, unless the run is to end.
   */
  #settle(): Cycles {
    if (this.#ending !== null) return cycles(0);
    const due = this.#clint.nextEvent();
    const isDue = due <= this.now() + 1;
    this.#hart.setInterrupt("timer", isDue);
    if (!isDue && due < this.#engineEnd) this.#engineEnd = due;
    return cycles(this.#engineEnd - this.#hartStart);
  }

  /** The rest of `duration`, cut where the timer becomes due. */
  #untilNextEvent(duration: Cycles): Cycles {
    const rest = duration - this.#used;
    const untilTimer = this.#clint.nextEvent() - this.now();
    return cycles(untilTimer > 0 ? Math.min(rest, untilTimer) : rest);
  }

  #partitaDevice(options: BoardOptions): PartitaDevice {
    return new PartitaDevice({ clock: options.clock, areas: options.areas, ram: this.ram, host: options.partita });
  }

  #watchForHost(places: HtifPlaces, transmit: (byte: number) => void): Htif {
    this.#engine.watchStores(places.tohost, DOUBLEWORD_BYTES);
    return new Htif({
      ...places,
      ram: this.ram,
      transmit,
      end: (code) => this.#endWith("tohost", code),
      ramChanged: (address, bytes) => this.#engine.ramChanged(address, bytes),
    });
  }

  #endWith(exit: "poweredOff" | "tohost", code: number): void {
    this.#exitCode = code;
    this.#ending = exit;
  }

  #finisher(): Finisher {
    return new Finisher({
      powerOff: (code) => this.#endWith("poweredOff", code),
      reset: () => {
        this.#ending = "reset";
      },
    });
  }
}

const silence = (): number => -1;

const maskOf = (causes: readonly TrapCause[]): number =>
  causes.reduce((mask, cause) => mask | (1 << TRAP_CAUSES[cause]), 0);

const areaOf = (ram: Uint8Array, area: Area | null): Uint8Array => {
  const start = area === null ? 0 : area.base - RAM_BASE;
  return ram.subarray(start, start + (area?.bytes ?? 0));
};
