/** The compiling thread: guests run on meanwhile, those with the same image share what it makes, and nothing else changes. */
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { type EngineFactory, interpret, RAM_BASE } from "../hart/index.ts";
import { encode, X } from "../isa/index.ts";
import {
  type CodeSnapshot,
  type Compilation,
  type CompiledChunk,
  TranslatingEngine,
  translate,
} from "../translator/index.ts";
import { ComparedBoard } from "../translator/testing/compared-board.ts";
import { randomFlowProgram } from "../translator/testing/random-flow-program.ts";
import { WorkerCompiler } from "./worker-compiler.ts";

const snapshotOf = (seed: number): CodeSnapshot => {
  const { image, ramBytes, code } = randomFlowProgram(seed, "plain");
  const { start, end } = code.ranges[0]!;
  return { ram: image, ramBytes, start, end, functions: code.functions, careful: false, volatile: [] };
};

/** One function that returns, and a word that makes it another image. */
const tinySnapshot = (number: number): CodeSnapshot => {
  const ram = new Uint8Array(Int32Array.of(encode("jalr", { rd: X.zero, rs1: X.ra, imm: 0 }), number).buffer);
  const [start, end] = [RAM_BASE, RAM_BASE + 4];
  return { ram, ramBytes: 1 << 16, start, end, functions: [start], careful: false, volatile: [] };
};

const allChunks = async (compilation: Compilation): Promise<readonly CompiledChunk[]> => {
  const chunks: CompiledChunk[] = [];
  while (!compilation.isComplete) {
    const chunk = compilation.take();
    if (chunk === null) await sleep(1);
    else chunks.push(chunk);
  }
  return chunks;
};

describe("the compiling thread", () => {
  test("compiles an image once for all partitions that have it, early and late", async () => {
    const compiler = new WorkerCompiler();
    const early = Array.from({ length: 30 }, () => compiler.compile(snapshotOf(1)));
    const other = compiler.compile(snapshotOf(2));
    const [first, ...others] = await Promise.all(early.map(allChunks));
    expect(first!.length).toBeGreaterThan(0);
    for (const chunks of [...others, await allChunks(compiler.compile(snapshotOf(1)))]) {
      expect(chunks.map(({ module }) => first!.some((chunk) => chunk.module === module))).toEqual(
        first!.map(() => true),
      );
    }
    const different = await allChunks(other);
    expect(different.some(({ module }) => first!.some((chunk) => chunk.module === module))).toBe(false);
  });

  test("goes on for the others when one partition needs it no more", async () => {
    const compiler = new WorkerCompiler();
    const [left, stays] = [compiler.compile(snapshotOf(3)), compiler.compile(snapshotOf(3))];
    left.cancel();
    expect((await allChunks(stays)).length).toBeGreaterThan(0);
    const again = compiler.compile(snapshotOf(4));
    again.cancel();
    expect((await allChunks(compiler.compile(snapshotOf(4)))).length).toBeGreaterThan(0);
  });

  test("keeps the code of many images, but not of all that it ever compiled", async () => {
    const compiler = new WorkerCompiler();
    const modulesOf = async (image: number): Promise<readonly WebAssembly.Module[]> =>
      (await allChunks(compiler.compile(tinySnapshot(image)))).map(({ module }) => module);
    const [oldest] = await modulesOf(0);
    for (let image = 1; image < 65; image++) await modulesOf(image);
    const [newest] = await modulesOf(64);
    expect((await modulesOf(64))[0] === newest).toBe(true);
    expect((await modulesOf(0))[0] === oldest).toBe(false);
  });

  test("hands its code over amid the run: 30 partitions stay what one that is interpreted is", async () => {
    const program = randomFlowProgram(2, "plain");
    const compiler = new WorkerCompiler();
    const engines: TranslatingEngine[] = [];
    const subject: EngineFactory = (parts) => {
      const engine = translate(compiler)(parts);
      if (engine instanceof TranslatingEngine) engines.push(engine);
      return engine;
    };
    const reference = new ComparedBoard(program, interpret);
    const boards = Array.from({ length: 30 }, () => new ComparedBoard(program, subject));
    for (let slot = 0; slot < 300; slot++) {
      const exit = reference.run(700);
      for (const board of boards) {
        expect(board.run(700)).toBe(exit);
        expect(Buffer.compare(board.hart.stateBytes, reference.hart.stateBytes)).toBe(0);
      }
      // The thread is given time.
      if (slot % 10 === 0) await sleep(5);
    }
    for (const board of boards) expect(Buffer.compare(board.hart.ram, reference.hart.ram)).toBe(0);
    for (const { translatedCycles } of engines) expect(translatedCycles).toBeGreaterThan(10_000);
    expect(engines[0]!.translatedCycles).toBeLessThan(reference.now);
  });
});
