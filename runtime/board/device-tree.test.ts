import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { requirePeers } from "../../hil-tests/peers.ts";
import { buildDeviceTree } from "./device-tree.ts";

const peers = requirePeers("dtc");

describe.skipIf(peers.missing)("the device tree", () => {
  const decompile = (tree: Uint8Array): string =>
    execFileSync("dtc", ["-I", "dtb", "-O", "dts"], { input: tree, encoding: "utf8", stdio: "pipe" });

  it("is read by dtc without an error or a warning", () => {
    const silent = execFileSync("sh", ["-c", "dtc -I dtb -O dtb -o /dev/null 2>&1"], {
      input: buildDeviceTree(2 ** 24),
      encoding: "utf8",
    });
    expect(silent).toBe("");
  });

  it("names memory, processor and every device with its address", () => {
    const source = decompile(buildDeviceTree(0x0010_0000));
    for (const line of [
      "memory@80000000",
      "reg = <0x00 0x80000000 0x00 0x100000>",
      'riscv,isa = "rv32imafdc_zicsr_zifencei_zba_zbb_zbs"',
      "timebase-frequency = <0x989680>",
      "clint@2000000",
      "interrupts-extended = <0x01 0x03 0x01 0x07>",
      "plic@c000000",
      'compatible = "sifive,plic-1.0.0\\0riscv,plic0"',
      "riscv,ndev = <0x5f>",
      "interrupts-extended = <0x01 0x0b 0x01 0x09>",
      "serial@10000000",
      "interrupt-parent = <0x03>",
      "interrupts = <0x0a>",
      'clock-frequency = "\\08@"', // how dtc shows the bytes 00 38 40 00: 3 686 400 Hz
      "test@100000",
      'compatible = "sifive,test1\\0sifive,test0\\0syscon"',
      "partita@4000000",
      "value = <0x5555>",
      "value = <0x7777>",
    ]) {
      expect(source).toContain(line);
    }
  });

  it("hands boot arguments on in /chosen, and has none otherwise", () => {
    const bootArguments = 'console=ttyS0 init=/bin/sh note="a b"';
    const source = decompile(buildDeviceTree(2 ** 24, bootArguments));
    const [chosen = ""] = /chosen \{[^}]*\}/.exec(source) ?? [];
    expect(chosen).toContain('stdout-path = "/soc/serial@10000000"');
    expect(chosen).toContain('bootargs = "console=ttyS0 init=/bin/sh note=\\"a b\\""');
    expect(decompile(buildDeviceTree(2 ** 24))).not.toContain("bootargs");
  });

  it("needs no more than two kilobytes", () => {
    expect(buildDeviceTree(2 ** 28).length).toBeLessThan(2048);
  });
});
