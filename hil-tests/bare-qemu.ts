/** A bare image run by qemu-system-riscv32 until it powers off. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const QEMU = "qemu-system-riscv32";

/**
 * The guest's RAM is a file: what is in it when the program powers off is the result.
 * @param properties of QEMU's rv32 CPU that are switched off.
 */
export const runOnQemu = (image: Uint8Array, ramBytes: number, properties: readonly string[]): Uint8Array => {
  const folder = mkdtempSync(join(tmpdir(), "partita-qemu-"));
  try {
    const program = join(folder, "program.bin");
    const ram = join(folder, "ram");
    writeFileSync(program, image);
    const backend = `memory-backend-file,id=ram,size=${ramBytes},mem-path=${ram},share=on`;
    const machine = ["-M", "virt,memory-backend=ram", "-object", backend, "-m", `${ramBytes}B`, "-bios", program];
    const cpu = ["-cpu", `rv32,${properties.map((property) => `${property}=off`)}`];
    const silent = ["-display", "none", "-serial", "none", "-monitor", "none"];
    execFileSync(QEMU, [...machine, ...cpu, ...silent], { timeout: 60_000, stdio: "pipe" });
    return readFileSync(ram);
  } finally {
    rmSync(folder, { recursive: true });
  }
};
