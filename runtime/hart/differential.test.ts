/**
 * Random programs here and on qemu-system-riscv32: the same RAM at the end, to the byte. PARTITA_RANDOM_SEQUENCES=20000 runs more
 * of them.
 */
import { afterAll, describe, expect, test } from "vitest";
import { QEMU, runOnQemu } from "../../hil-tests/bare-qemu.ts";
import { requirePeers } from "../../hil-tests/peers.ts";
import { TABLE } from "../isa/index.ts";
import { cycles } from "../units.ts";
import { placeOf } from "./testing/program-frame.ts";
import { type RandomProgram, randomProgram } from "./testing/random-program.ts";
import { TestBoard } from "./testing/test-board.ts";

const peers = requirePeers(QEMU);

/** Of QEMU's default CPU. */
const ABSENT = ["h", "s", "zbc"];
const RAM_BYTES = 32 * 2 ** 20;
/** For each extension, unless it has very few instructions; a program has at most so many, the next one has the next seed. */
const SEQUENCES = Number(process.env.PARTITA_RANDOM_SEQUENCES ?? 2000);
const SEQUENCES_OF_INSTRUCTION = SEQUENCES / 4;
const SEQUENCES_IN_PROGRAM = 2000;
const LENGTH = 24;
/** Each instruction at least so often in the programs of its extension. */
const LEAST_COUNT = 100;

const EXTENSIONS = [...new Set(TABLE.map(({ extension }) => extension))];

describe.skipIf(peers.missing)("random programs end as on QEMU", () => {
  const counts: string[] = [];
  afterAll(() => console.info(`instructions compared with QEMU\n${counts.join("\n")}`));

  const differencesOf = (program: RandomProgram): readonly string[] => {
    const here = new Uint32Array(new TestBoard(RAM_BYTES, program.image).finish(() => cycles(1e9)).hart.ram.buffer);
    const there = new Uint32Array(runOnQemu(program.image, RAM_BYTES, ABSENT).buffer);
    const differences: string[] = [];
    for (let word = 0; word < program.resultBytes / 4 && differences.length < 20; word++) {
      if (here[word] === there[word]) continue;
      differences.push(`${placeOf(word * 4)}: ${here[word]!.toString(16)}, QEMU ${there[word]!.toString(16)}`);
    }
    return differences;
  };

  for (const extension of EXTENSIONS) {
    test(extension, () => {
      const own = new Map(TABLE.filter((each) => each.extension === extension).map(({ mnemonic }) => [mnemonic, 0]));
      const sequences = Math.min(SEQUENCES, own.size * SEQUENCES_OF_INSTRUCTION);
      for (let done = 0, seed = 1; done < sequences; done += SEQUENCES_IN_PROGRAM, seed++) {
        const program = randomProgram(seed, Math.min(sequences - done, SEQUENCES_IN_PROGRAM), LENGTH, extension);
        for (const [mnemonic, count] of own) own.set(mnemonic, count + (program.counts.get(mnemonic) ?? 0));
        expect(differencesOf(program), `seed ${seed}`).toEqual([]);
      }
      counts.push(`${extension}: ${[...own].map(([mnemonic, count]) => `${mnemonic} ${count}`).join(", ")}`);
      expect([...own].filter(([, count]) => count < LEAST_COUNT)).toEqual([]);
    });
  }
});
