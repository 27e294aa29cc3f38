/**
 * Describes a partition's board to its guest: what is there and nothing else, so that kernels which probe find no more than that.
 * Node names and bindings are those of QEMU's riscv32 `virt` machine (Devicetree Specification chapters 3 and 4).
 */
import { TIMEBASE_HZ } from "./devices/clint.ts";
import { FINISHER_PASS, FINISHER_RESET } from "./devices/finisher.ts";
import { PLIC_SOURCES } from "./devices/plic.ts";
import { flattenTree, type TreeNode } from "./flattened-tree.ts";
import { INTERRUPT_SOURCES, MEMORY_MAP, RAM_BASE, type Region } from "./memory-map.ts";

/** What the hart executes, as the `riscv,isa` property names it. */
const ISA = "rv32imafdc_zicsr_zifencei_zba_zbb_zbs";
/** The crystal that baud rate divisors refer to, as in QEMU. */
const UART_CLOCK_HZ = 3_686_400;
const TREE_ALIGNMENT = 4096;
const HANDLE = { interruptController: 1, finisher: 2, plic: 3 } as const;
/** RISC-V Privileged §3.1.9: the hart's interrupts, by their bit in mip. */
const INTERRUPT = { machineSoftware: 3, machineTimer: 7, supervisorExternal: 9, machineExternal: 11 } as const;

/** @param bootArguments for a guest that reads them from /chosen, as kernels do; "" leaves the property out. */
export const buildDeviceTree = (memoryBytes: number, bootArguments = ""): Uint8Array =>
  flattenTree({
    properties: {
      "#address-cells": 2,
      "#size-cells": 2,
      compatible: "riscv-virtio",
      model: "partita,virtual-board",
    },
    children: {
      chosen: {
        properties: {
          "stdout-path": `/soc/${nameOf("serial", MEMORY_MAP.uart)}`,
          ...(bootArguments === "" ? {} : { bootargs: bootArguments }),
        },
      },
      [`memory@${RAM_BASE.toString(16)}`]: {
        properties: { device_type: "memory", reg: cellsOf({ base: RAM_BASE, bytes: memoryBytes }) },
      },
      cpus: processor(),
      soc: {
        properties: { "#address-cells": 2, "#size-cells": 2, compatible: "simple-bus", ranges: true },
        children: peripherals(),
      },
      poweroff: { properties: syscon("syscon-poweroff", FINISHER_PASS) },
      reboot: { properties: syscon("syscon-reboot", FINISHER_RESET) },
    },
  });

const processor = (): TreeNode => ({
  properties: { "#address-cells": 1, "#size-cells": 0, "timebase-frequency": TIMEBASE_HZ },
  children: {
    "cpu@0": {
      properties: {
        device_type: "cpu",
        reg: 0,
        status: "okay",
        compatible: "riscv",
        "riscv,isa": ISA,
        "mmu-type": "riscv,none",
      },
      children: {
        "interrupt-controller": {
          properties: {
            "#address-cells": 0,
            "#interrupt-cells": 1,
            "interrupt-controller": true,
            compatible: "riscv,cpu-intc",
            phandle: HANDLE.interruptController,
          },
        },
      },
    },
  },
});

const peripherals = (): Record<string, TreeNode> => ({
  [nameOf("test", MEMORY_MAP.finisher)]: {
    properties: {
      compatible: ["sifive,test1", "sifive,test0", "syscon"],
      reg: cellsOf(MEMORY_MAP.finisher),
      phandle: HANDLE.finisher,
    },
  },
  [nameOf("clint", MEMORY_MAP.clint)]: {
    properties: {
      compatible: ["sifive,clint0", "riscv,clint0"],
      reg: cellsOf(MEMORY_MAP.clint),
      "interrupts-extended": [
        HANDLE.interruptController,
        INTERRUPT.machineSoftware,
        HANDLE.interruptController,
        INTERRUPT.machineTimer,
      ],
    },
  },
  [nameOf("plic", MEMORY_MAP.plic)]: {
    properties: {
      compatible: ["sifive,plic-1.0.0", "riscv,plic0"],
      reg: cellsOf(MEMORY_MAP.plic),
      "interrupt-controller": true,
      "#interrupt-cells": 1,
      "#address-cells": 0,
      "riscv,ndev": PLIC_SOURCES,
      // Contexts 0 and 1.
      "interrupts-extended": [
        HANDLE.interruptController,
        INTERRUPT.machineExternal,
        HANDLE.interruptController,
        INTERRUPT.supervisorExternal,
      ],
      phandle: HANDLE.plic,
    },
  },
  [nameOf("partita", MEMORY_MAP.partita)]: {
    properties: {
      compatible: "partita,partition",
      reg: cellsOf(MEMORY_MAP.partita),
      "interrupt-parent": HANDLE.plic,
      interrupts: INTERRUPT_SOURCES.partita,
    },
  },
  [nameOf("serial", MEMORY_MAP.uart)]: {
    properties: {
      compatible: "ns16550a",
      reg: cellsOf(MEMORY_MAP.uart),
      "clock-frequency": UART_CLOCK_HZ,
      "interrupt-parent": HANDLE.plic,
      interrupts: INTERRUPT_SOURCES.uart,
    },
  },
});

/** A write of `value` to the finisher's register does it. */
const syscon = (compatible: string, value: number): TreeNode["properties"] => ({
  compatible,
  regmap: HANDLE.finisher,
  offset: 0,
  value,
});

const nameOf = (kind: string, region: Region): string => `${kind}@${region.base.toString(16)}`;

/** An address and a size of two cells each; a 32-bit board leaves the upper ones 0. */
const cellsOf = (region: Region): readonly number[] => [0, region.base, 0, region.bytes];

/** At the top of RAM, where firmware leaves it alone; 0 when that would lie in the image. */
export const placeDeviceTree = (treeBytes: number, imageEnd: number, memoryBytes: number): number => {
  const room = memoryBytes - treeBytes;
  const address = RAM_BASE + room - (room % TREE_ALIGNMENT);
  return address >= imageEnd ? address : 0;
};
