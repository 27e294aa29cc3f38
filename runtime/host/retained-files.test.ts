import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { alone } from "../../hil-tests/laws/boot.ts";
import { spinner } from "../../hil-tests/laws/guests.ts";
import { systemOf } from "../../hil-tests/laws/systems.ts";
import type { System } from "../system.ts";
import { createHasher } from "../trace/index.ts";
import { guestAddress } from "../units.ts";
import { RetainedExchange } from "./retained-exchange.ts";
import { RetainedFiles, type RetainedNote } from "./retained-files.ts";

const hasher = await createHasher();
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "partita-retained-"));
  folders.push(folder);
  return folder;
};

const systemWith = (bytes: number): System => {
  const system = systemOf(alone(spinner()));
  const retained = { base: guestAddress(0x8000_1000), bytes, variables: [], ofThisImage: false };
  return { ...system, partitions: system.partitions.map((each) => ({ ...each, areas: { ...each.areas, retained } })) };
};

const start = (folder: string, bytes = 4) => {
  const system = systemWith(bytes);
  const notes: RetainedNote[] = [];
  const files = new RetainedFiles(system, { folder, periodMs: 60_000 }, hasher, (note) => notes.push(note));
  return { files, notes, exchange: new RetainedExchange(system) };
};

/** A run that leaves `data`. */
const runThatLeaves = async (folder: string, ...data: readonly Uint8Array[]) => {
  const run = start(folder, data[0]!.length);
  const [restored] = await run.files.restore();
  for (const bytes of data) run.exchange.write(0, bytes);
  await run.files.stop(run.exchange);
  return { restored, notes: run.notes };
};

describe("the files of retained data", () => {
  it("bring back what the last run left, and nothing on the first", async () => {
    const folder = join(newFolder(), "made", "when needed");
    const [first, second] = [Uint8Array.of(1, 2, 3, 4), Uint8Array.of(5, 6, 7, 8)];
    expect(await runThatLeaves(folder, first, second)).toEqual({ restored: null, notes: [] });
    const again = await runThatLeaves(folder, first);
    expect(again.restored).toEqual(second);
    expect(again.notes).toMatchObject([{ kind: "restored", partition: "a" }]);
    expect((await runThatLeaves(folder, first)).restored).toEqual(first);
    expect(readdirSync(folder)).toEqual(["test.a.retained"]);
  });

  it("are written only when something has changed", async () => {
    const folder = newFolder();
    const file = join(folder, "test.a.retained");
    await runThatLeaves(folder, Uint8Array.of(1, 2, 3, 4));
    const run = start(folder);
    await run.files.restore();
    rmSync(file);
    run.exchange.write(0, Uint8Array.of(1, 2, 3, 4));
    await run.files.stop(run.exchange);
    expect(existsSync(file)).toBe(false);
  });

  it("are put aside when they cannot be used, so that nothing is lost", async () => {
    const folder = newFolder();
    const file = join(folder, "test.a.retained");
    await runThatLeaves(folder, Uint8Array.of(1, 2, 3, 4));
    const torn = readFileSync(file).subarray(0, 30);
    writeFileSync(file, torn);
    const { restored, notes } = await runThatLeaves(folder, Uint8Array.of(9, 9, 9, 9));
    expect(restored).toBeNull();
    expect(notes).toMatchObject([
      { kind: "refused", reason: expect.stringContaining("damaged"), keptAs: `${file}.refused` },
    ]);
    expect(readFileSync(`${file}.refused`)).toEqual(torn);
    expect((await runThatLeaves(folder, Uint8Array.of(9, 9, 9, 9))).restored).toEqual(Uint8Array.of(9, 9, 9, 9));
  });

  it("that cannot be written are complained of once, and written when they can be", async () => {
    const folder = newFolder();
    const blocked = join(folder, "blocked");
    writeFileSync(blocked, "a file where the folder should be");
    const run = start(blocked);
    await run.files.restore();
    for (let turn = 1; turn <= 2; turn++) {
      run.exchange.write(0, Uint8Array.of(turn, 0, 0, 0));
      await run.files.stop(run.exchange);
    }
    expect(run.notes).toMatchObject([{ kind: "refused", keptAs: null }, { kind: "notSaved" }]);
    rmSync(blocked);
    await run.files.stop(run.exchange);
    expect((await start(blocked).files.restore())[0]).toEqual(Uint8Array.of(2, 0, 0, 0));
  });
});

describe("the hand-over of retained data", () => {
  it("gives the other thread the latest, once", () => {
    const system = systemWith(4);
    const board = new RetainedExchange(system);
    const keeper = new RetainedExchange(system, board.shared);
    expect(keeper.read(0)).toBeNull();
    for (let turn = 1; turn <= 5; turn++) board.write(0, Uint8Array.of(turn, 2, 3, 4));
    expect(keeper.read(0)).toEqual(Uint8Array.of(5, 2, 3, 4));
    expect(keeper.read(0)).toBeNull();
  });
});
