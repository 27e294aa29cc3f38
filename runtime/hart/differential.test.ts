/** Random programs here and on qemu-system-riscv32: the same RAM at the end, to the byte. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { requirePeers } from "../../hil-tests/peers.ts";
import { TABLE } from "../isa/index.ts";
import { cycles } from "../units.ts";
import { placeOf } from "./testing/program-frame.ts";
import { type RandomProgram, randomProgram } from "./testing/random-program.ts";
import { TestBoard } from "./testing/test-board.ts";

const QEMU = "qemu-system-riscv32";
const peers = requirePeers(QEMU);

const RAM_BYTES = 16 * 2 ** 20;
const SEQUENCES = 150;
const LENGTH = 160;

describe.skipIf(peers.missing)("random programs end as on QEMU", () => {
  const folder = mkdtempSync(join(tmpdir(), "partita-differential-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** The guest's RAM is a file: what is in it when the program powers off is the result. */
  const runOnQemu = ({ image }: RandomProgram): Uint8Array => {
    const program = join(folder, "program.bin");
    const ram = join(folder, "ram");
    writeFileSync(program, image);
    const backend = `memory-backend-file,id=ram,size=${RAM_BYTES},mem-path=${ram},share=on`;
    const machine = ["-M", "virt,memory-backend=ram", "-object", backend, "-m", `${RAM_BYTES}B`, "-bios", program];
    const cpu = ["-cpu", `rv32,${["d", "h", "s", "u", "pmp", "zba", "zbb", "zbc", "zbs"].map((x) => `${x}=off`)}`];
    const silent = ["-display", "none", "-serial", "none", "-monitor", "none"];
    execFileSync(QEMU, [...machine, ...cpu, ...silent], { timeout: 20_000, stdio: "pipe" });
    const result = readFileSync(ram);
    rmSync(ram);
    return result;
  };

  for (const seed of [1, 2]) {
    test(`seed ${seed}`, () => {
      const program = randomProgram(seed, SEQUENCES, LENGTH);
      const missing = TABLE.filter(({ mnemonic }) => (program.counts.get(mnemonic) ?? 0) < 50);
      expect(missing.map(({ mnemonic }) => mnemonic)).toEqual([]);

      const here = new Uint32Array(new TestBoard(RAM_BYTES, program.image).finish(() => cycles(1e9)).hart.ram.buffer);
      const there = new Uint32Array(runOnQemu(program).buffer);
      const differences: string[] = [];
      for (let word = 0; word < program.resultBytes / 4 && differences.length < 20; word++) {
        if (here[word] === there[word]) continue;
        differences.push(`${placeOf(word * 4)}: ${here[word]!.toString(16)}, QEMU ${there[word]!.toString(16)}`);
      }
      expect(differences).toEqual([]);
    });
  }
});
