/** Where everything is on a partition's board: the addresses of QEMU's riscv32 `virt` machine, and the partita device (design.md §4). */

export interface Region {
  readonly base: number;
  readonly bytes: number;
}

export { RAM_BASE } from "../hart/index.ts";

export const MEMORY_MAP = {
  finisher: { base: 0x0010_0000, bytes: 0x1000 },
  clint: { base: 0x0200_0000, bytes: 0xc000 },
  partita: { base: 0x0400_0000, bytes: 0x1000 },
  plic: { base: 0x0c00_0000, bytes: 0x60_0000 },
  uart: { base: 0x1000_0000, bytes: 0x8 },
} as const satisfies Record<string, Region>;

/** The PLIC's sources, by the device that drives them. */
export const INTERRUPT_SOURCES = { uart: 10, partita: 11 } as const;
