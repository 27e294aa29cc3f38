/**
 * Random programs for M and U mode under physical memory protection: they set up its entries, load, store and fetch at their
 * edges in both modes, do in U mode what it may not, and log every trap. A program is a bare image for RAM_BASE; it powers off.
 */
import { CSRS, type Instruction, PMP_ENTRIES, TABLE, X } from "../../isa/index.ts";
import { Assembly } from "./assembly.ts";
import {
  AREA,
  BREAKPOINTS,
  CODE_BYTES,
  CODE_ENTRY,
  HALF_BYTES,
  INSTRUCTION_OFFSETS,
  inUserMode,
  MIE,
  MPIE,
  MPP,
  MPRV,
  NAPOT,
  PMPADDR,
  PMPCFG,
  privilegedStart,
  TW,
} from "./privileged-frame.ts";
import { MSIP, programEnd } from "./program-frame.ts";
import { Random } from "./random.ts";

const TOR = 1 << 3;
const LOCK = 1 << 7;
/** Permissions that are not reserved. */
const PERMISSIONS = [0, 1, 3, 4, 5, 7] as const;

const { t0, t3, ra, a0, a1 } = X;

const MEMORY_KINDS = new Set(["load", "store", "loadReserved", "storeConditional", "amo"]);
const MEMORY = TABLE.filter((instruction) => instruction.kind === "base" && MEMORY_KINDS.has(instruction.effect.kind));

export interface PrivilegedProgram {
  readonly image: Uint8Array;
  /** How many instructions loaded, stored or jumped under protection. */
  readonly accesses: number;
}

const MEMORY_BY_WORDS = MEMORY.filter(({ mnemonic }) => mnemonic !== "fld" && mnemonic !== "fsd");

class Generator {
  accesses = 0;
  readonly #random: Random;
  /** pmpcfg and pmpaddr as the program has written them. */
  readonly #configurations = new Uint8Array(PMP_ENTRIES);
  readonly #addresses = new Uint32Array(PMP_ENTRIES);
  readonly #locks: boolean;
  /** Where the trap handler is. */
  #handler = 0;

  constructor(seed: number, locks: boolean) {
    this.#random = new Random(seed);
    this.#locks = locks;
  }

  program(setups: number, itemsEach: number): Uint8Array {
    const code = this.#start();
    for (let setup = 0; setup < setups; setup++) {
      code.append(this.#protect());
      for (let item = 0; item < itemsEach; item++) code.append(this.#item());
    }
    return Uint8Array.from(code.append(programEnd()).bytes);
  }

  #start(): Assembly {
    const { code, handler } = privilegedStart();
    this.#handler = handler;
    this.#addresses.fill(AREA / 4);
    this.#addresses[0] = CODE_ENTRY.address;
    this.#configurations[0] = CODE_ENTRY.configuration;
    for (const [entry, address] of this.#addresses.entries()) code.li(t0, address).csrWrite(PMPADDR + entry, t0);
    return code;
  }

  /** New addresses and configurations for some entries but the first; those of locked ones are refused. */
  #protect(): Assembly {
    const random = this.#random;
    const code = new Assembly();
    for (let entry = 1; entry < PMP_ENTRIES; entry++) {
      if (random.chance(50)) continue;
      const address = this.#randomAddress();
      code.li(t0, address).csrWrite(PMPADDR + entry, t0);
      if (!this.#isAddressLocked(entry)) this.#addresses[entry] = address;
    }
    for (let register = 0; register < PMP_ENTRIES / 4; register++) {
      for (let entry = 4 * register; entry < 4 * register + 4; entry++) {
        const isKept = entry === 0 || random.chance(50) || (this.#configurations[entry]! & LOCK) !== 0;
        if (!isKept) this.#configurations[entry] = this.#randomConfiguration(entry);
      }
      code.append(this.#writeConfigurations(register));
    }
    // What the registers read comes into the log with a call.
    for (let entry = 0; entry < PMP_ENTRIES; entry++) code.csrRead(a0, PMPADDR + entry).op("ecall");
    for (let register = 0; register < PMP_ENTRIES / 4; register++) code.csrRead(a0, PMPCFG + register).op("ecall");
    return code;
  }

  #isAddressLocked(entry: number): boolean {
    const next = this.#configurations[entry + 1] ?? 0;
    return (this.#configurations[entry]! & LOCK) !== 0 || ((next & LOCK) !== 0 && (next & NAPOT) === TOR);
  }

  /** Below 2^30, or all ones: QEMU 7.2 knows no addresses beyond 32 bits. */
  #randomAddress(): number {
    const random = this.#random;
    if (!this.#locks && random.chance(5))
      return random.oneOf([0xffff_ffff, 0x3fff_ffff, 0x1fff_ffff, random.bits() >>> 2]);
    const bytes = 2 ** (3 + random.below(14));
    const start = AREA + bytes * random.below((2 * HALF_BYTES) / bytes);
    return start / 4 + (random.chance(70) ? bytes / 8 - 1 : random.below(4));
  }

  #randomConfiguration(entry: number): number {
    const random = this.#random;
    const matching = random.below(4) << 3;
    const configuration = matching | random.oneOf(PERMISSIONS);
    if (!this.#locks || random.chance(80)) return configuration;
    // A range from the code's entry on would take the log from the handler.
    return entry === 1 && matching === TOR ? configuration : configuration | LOCK;
  }

  #writeConfigurations(register: number): Assembly {
    const bytes = this.#configurations.subarray(4 * register, 4 * register + 4);
    return new Assembly()
      .li(
        t0,
        bytes.reduceRight((word, byte) => (word << 8) | byte, 0),
      )
      .csrWrite(PMPCFG + register, t0);
  }

  #item(): Assembly {
    const random = this.#random;
    switch (random.below(10)) {
      case 0:
        if (random.chance(20)) return this.#counter();
        return random.chance(80) ? this.#inUser(this.#forbidden()) : this.#inUser(new Assembly().op("wfi"), TW);
      case 1:
        return this.#interrupted();
      case 2:
        return this.#inUser(this.#fetch());
      case 3:
        return this.#lent();
      case 4:
      case 5:
        return this.#locks ? this.#inMachine() : this.#inUser(this.#anyAccess());
      default:
        return this.#inUser(this.#anyAccess());
    }
  }

  /** QEMU 7.2 remembers a page's permission from the last access to it, even when another entry holds a part of the page. */
  #forgetPages(): Assembly {
    return this.#writeConfigurations(3);
  }

  /** In U mode, with some bits of mstatus at random before. */
  #inUser(user: Assembly, mstatus = this.#random.bits() & (MPIE | TW)): Assembly {
    return this.#forgetPages().append(inUserMode(user, mstatus));
  }

  /** Near where an entry begins or ends, or anywhere in one half of the area. */
  #place(half: number): number {
    const random = this.#random;
    const address = this.#addresses[1 + random.below(PMP_ENTRIES - 1)]!;
    const bound = 4 * random.oneOf([address, address & (address + 1), (address | (address + 1)) + 1]);
    const near = bound + random.below(16) - 8;
    const isInHalf = near >= half + 8 && near < half + HALF_BYTES - 8;
    return isInHalf ? near : half + 8 + random.below(HALF_BYTES - 16);
  }

  #anyAccess(): Assembly {
    return this.#access(this.#random.oneOf(MEMORY), { aligned: false });
  }

  #access(instruction: Instruction, { aligned }: { readonly aligned: boolean }): Assembly {
    this.accesses++;
    const { effect } = instruction.kind === "base" ? instruction : instruction.expandsTo;
    const isAtomic = effect.kind !== "load" && effect.kind !== "store";
    const place = this.#place(AREA);
    // Of a misaligned double QEMU 7.2 overlooks an entry amid it, and asks for bytes beside it at the end of a page.
    const isDouble = "bytes" in effect && effect.bytes === 8;
    const address = aligned || isAtomic || isDouble ? place & ~7 : place;
    const code = new Assembly().li(a1, address).li(a0, this.#random.bits());
    if (effect.kind === "storeConditional") {
      // Where lr.w has trapped there is no reservation, and QEMU does not look whether it might store.
      code.op("addi", { rd: t3, rs1: a0, imm: 0 }).op("lr.w", { rd: a0, rs1: a1 });
      code.op("beq", { rs1: a0, rs2: t3, imm: 8 });
    }
    return code.instruction(instruction, { rd: a0, rs1: a1, rs2: a0, imm: 0 });
  }

  /** Nothing that could lie across two entries: where those do not bind M mode, QEMU decides otherwise than the hart. */
  #inMachine(): Assembly {
    return this.#forgetPages().append(this.#access(this.#random.oneOf(MEMORY_BY_WORDS), { aligned: true }));
  }

  /** An access of M mode with the permissions of U mode. */
  #lent(): Assembly {
    const code = new Assembly().li(t0, MPP | MPRV).op("csrrc", { rd: 0, csr: CSRS.mstatus, rs1: t0 });
    code.append(this.#forgetPages());
    code.li(t0, MPRV).op("csrrs", { rd: 0, csr: CSRS.mstatus, rs1: t0 }).append(this.#anyAccess());
    return code.li(t0, MPRV).op("csrrc", { rd: 0, csr: CSRS.mstatus, rs1: t0 }).op("ecall");
  }

  /** A counter read in U mode, as mcounteren says; its value is not kept. */
  #counter(): Assembly {
    const random = this.#random;
    const code = new Assembly().li(t0, random.bits() & 7).csrWrite(CSRS.mcounteren, t0);
    const counter = random.oneOf([CSRS.cycle, CSRS.time, CSRS.instret, CSRS.cycleh, CSRS.timeh, CSRS.instreth]);
    return code.append(this.#inUser(new Assembly().csrRead(t0, counter)));
  }

  /** What U mode may not do. */
  #forbidden(): Assembly {
    const random = this.#random;
    const code = new Assembly();
    const forbidden = [CSRS.mstatus, CSRS.mtvec, CSRS.mscratch, CSRS.mhartid, CSRS.mcycle, PMPCFG, PMPADDR + 3, 0x7c0];
    switch (random.below(5)) {
      case 0:
        return code.op("mret");
      case 1:
        return code.op("auipc", { rd: ra, imm: 0 }).op("addi", { rd: ra, rs1: ra, imm: 12 }).op("ebreak");
      case 2:
        return code.csrRead(a0, random.oneOf(forbidden));
      case 3:
        return code.op("csrrw", { rd: a0, csr: random.oneOf([...forbidden, CSRS.fcsr]), rs1: 0 });
      default:
        return code.word(0xffff_ffff);
    }
  }

  /** A software interrupt, which U mode takes at once whatever MIE says; M mode only when it is set. */
  #interrupted(): Assembly {
    const random = this.#random;
    const code = new Assembly().li(t0, this.#handler + random.below(2)).csrWrite(CSRS.mtvec, t0);
    code.op("csrrwi", { rd: 0, csr: CSRS.mie, imm: 8 }).op("csrrci", { rd: 0, csr: CSRS.mstatus, imm: MIE });
    code.li(t0, MSIP).op("addi", { rd: t3, rs1: 0, imm: 1 }).op("sw", { rs1: t0, rs2: t3, imm: 0 });
    if (random.chance(30)) code.op("csrrsi", { rd: 0, csr: CSRS.mstatus, imm: MIE });
    return code.append(this.#inUser(this.#anyAccess())).op("csrrwi", { rd: 0, csr: CSRS.mie, imm: 0 });
  }

  #fetch(): Assembly {
    this.accesses++;
    const place = (this.#place(BREAKPOINTS) & ~7) + this.#random.oneOf(INSTRUCTION_OFFSETS);
    return new Assembly().li(a1, place).op("jalr", { rd: ra, rs1: a1, imm: 0 });
  }
}

/** The same for the same arguments. @param locks whether entries are locked, which then bind M mode, too. */
export const privilegedProgram = (
  seed: number,
  setups: number,
  itemsEach: number,
  locks: boolean,
): PrivilegedProgram => {
  const generator = new Generator(seed, locks);
  const image = generator.program(setups, itemsEach);
  if (image.length > CODE_BYTES) throw new RangeError("the program reaches its log: use fewer items");
  return { image, accesses: generator.accesses };
};

const CSR_NUMBERS = 0x1000;

/** Reads every register that an instruction can name; what each one's read came to is in a0 of a call's trap. */
export const everyCsrProgram = (mode: "machine" | "user"): Uint8Array => {
  const { code } = privilegedStart();
  code.li(t0, -1).csrWrite(CSRS.mcounteren, t0);
  for (let csr = 0; csr < CSR_NUMBERS; csr++) {
    const read = new Assembly().csrRead(a0, csr);
    code.append(mode === "user" ? inUserMode(read) : read.op("ecall"));
  }
  return Uint8Array.from(code.append(programEnd()).bytes);
};
