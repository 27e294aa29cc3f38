/** Law 4 with a thread for each hart: whatever was ordered of such a run, its recording replays on one thread bit for bit. */
import { describe, expect, it } from "vitest";
import { encodeSnapshot } from "../../runtime/host/snapshot-file.ts";
import { type Command, Module, programOf, replay } from "../../runtime/hypervisor/index.ts";
import { type BoardThread, engineOf, formatHash, SharedExchange, startBoard } from "../../runtime/index.ts";
import type { System } from "../../runtime/system.ts";
import { createHasher } from "../../runtime/trace/index.ts";
import { cycles } from "../../runtime/units.ts";
import { randomCommand } from "./commanding.ts";
import { worker } from "./guests.ts";
import { type RecordedRun, recordOnThreads, ring, separate } from "./hart-threads.ts";
import { randomFrom, silence } from "./runs.ts";

const hasher = await createHasher();
const ROUNDS = 25;

/** Brings a new input for some partition now and then. */
const bring = (exchange: SharedExchange, random: (below: number) => number): void => {
  exchange.writeInput({ partition: random(6), point: 1 }, random(2 ** 32), "good", 0);
  exchange.handOver();
};

const expectToReplay = (system: System, { recording, threads }: RecordedRun): void => {
  expect(threads).toBe(3);
  expect(recording.complete).toBe(true);
  expect(recording.frames).toBeGreaterThan(5);
  expect(replay(system, recording, hasher, { engineOf })).toMatchObject({ frames: recording.frames, divergence: null });
};

const kindsOf = ({ recording }: RecordedRun) =>
  [...recording.records()].flatMap((record) => (record.kind === "command" ? [record.command.kind] : []));

/** Commands for several partitions at once, some of which need the state of partitions on other harts. */
const togetherFor = (system: System, random: (below: number) => number): readonly Command[] => {
  const { image: _, ...program } = programOf(system.partitions[4]!);
  const bytes = worker({ seed: random(100), inputs: 2, outputs: 1, sends: [1], receives: [0] });
  const special: readonly Command[] = [
    { kind: "clone", partition: 1, to: [2, 3, 5] },
    { kind: "clone", partition: 5, to: [1] },
    { kind: "clone", partition: 3, to: [2] },
    { kind: "replaceImage", partition: 4, program, bytes },
    { kind: "rollback", partition: 4 },
    { kind: "switchSchedule", schedule: random(2) },
    { kind: "setClock", time: { seconds: 1_800_000_000 + random(1000), nanoseconds: 5 } },
  ];
  return Array.from({ length: 1 + random(5) }, () =>
    random(2) === 0 ? special[random(special.length)]! : randomCommand(system, random(6), random),
  );
};

describe("a run with a thread for each hart", () => {
  it.each(["interpreter", "translator"] as const)("is recorded in board order (%s)", async (engine) => {
    const system = ring(engine);
    const random = randomFrom(1);
    const run = await recordOnThreads(system, async (board, exchange) => {
      for (let round = 0; round < ROUNDS; round++) {
        bring(exchange, random);
        await board.requests.look();
      }
    });
    const latches = [...run.recording.records()].flatMap((record) =>
      record.kind === "latch" ? [record.partition] : [],
    );
    expect(new Set(latches).size).toBe(6);
    expectToReplay(system, run);
  });

  it("obeys every command as one thread does", async () => {
    const system = ring();
    const kinds = new Set<string>();
    for (const seed of [1, 2]) {
      const random = randomFrom(seed);
      const obeying = async (board: BoardThread, exchange: SharedExchange): Promise<void> => {
        for (let round = 0; round < ROUNDS; round++) {
          bring(exchange, random);
          await Promise.all(togetherFor(system, random).map((command) => board.requests.order(command)));
        }
      };
      const run = await recordOnThreads(system, obeying, { paced: true });
      expectToReplay(system, run);
      for (const kind of kindsOf(run)) kinds.add(kind);
    }
    expect(kinds.size).toBe(15);
  });

  it("shuts down with the power, and has told so on every hart", async () => {
    const system = ring();
    const run = await recordOnThreads(system, async (board) => {
      for (let look = 0; look < 5; look++) await board.requests.look();
      await board.requests.order({ kind: "powerFail" });
      await board.ended;
    });
    expectToReplay(system, run);
    expect(kindsOf(run)).toEqual(["powerFail"]);
  });
});

describe("harts that share nothing", () => {
  const start = (): BoardThread => {
    const system = separate();
    const options = { paced: false, duration: cycles(Infinity), version: "test", record: null, onMessage: () => {} };
    return startBoard(system, new SharedExchange(system), options);
  };
  const oneThread = (orders: ReadonlyMap<number, Command>): Module =>
    new Module(separate(), { ...silence, commands: (frame) => [orders.get(frame) ?? []].flat() }, hasher);

  it("come together for what they are asked", async () => {
    const board = start();
    const orders = new Map<number, Command>();
    for (const command of [
      { kind: "suspend", partition: 0 },
      { kind: "switchSchedule", schedule: 1 },
      { kind: "restart", partition: 3, start: "COLD_START" },
    ] as const) {
      orders.set(await board.requests.order(command), command);
    }
    const { frame, state } = await board.requests.snapshot(null);
    board.stop();
    await board.ended;
    const module = oneThread(orders);
    while (module.frame < frame) module.runFrame();
    expect(module.save()).toEqual(state);
  });

  it("end with the same frame when the power fails", async () => {
    const board = start();
    const frame = await board.requests.order({ kind: "powerFail" });
    const { frames, shutDown, partitions } = await board.ended;
    expect([frames, shutDown]).toEqual([frame + 1, "SHUTDOWN_ON_ERROR"]);
    const module = oneThread(new Map([[frame, { kind: "powerFail" }]]));
    while (module.shutDown === null) module.runFrame();
    const states = [0, 1, 2, 3].map((partition) => formatHash(module.stateHash(partition)));
    expect(partitions.map(({ stateHash }) => stateHash)).toEqual(states);
  });
});

/** What a snapshot is worth: a file, and where to go on from it. */
const startOf = async (system: System, board: BoardThread) => {
  const snapshot = await board.requests.snapshot(null);
  return { ...snapshot, file: await encodeSnapshot(snapshot, system, "test", hasher) };
};

describe("a snapshot of a run with a thread for each hart", () => {
  it("is the state that one thread has then", async () => {
    const system = ring();
    let start: Awaited<ReturnType<typeof startOf>> | null = null;
    const { recording } = await recordOnThreads(system, async (board, exchange) => {
      for (let round = 0; round < 10; round++) {
        bring(exchange, randomFrom(round));
        await board.requests.order({ kind: "clone", partition: 1, to: [5] });
      }
      start = await startOf(system, board);
    });
    const { frame, state } = start!;
    const module = new Module(system, silence, hasher);
    module.restore(state);
    expect(module.save()).toEqual(state);
    expect(frame).toBeGreaterThan(0);
    expect(recording.frames).toBeGreaterThanOrEqual(frame);
  });

  it("is gone on from in threads as in one, and that is recorded, too", async () => {
    const system = ring();
    let start: Awaited<ReturnType<typeof startOf>> | null = null;
    const before = await recordOnThreads(system, async (board) => {
      await board.requests.order({ kind: "restart", partition: 4, start: "COLD_START" });
      start = await startOf(system, board);
      await board.requests.look();
    });
    const snapshot = start!;
    const duration = cycles((before.recording.frames - snapshot.frame) * 5000);
    const after = await recordOnThreads(system, (board) => board.ended.then(() => {}), { snapshot, duration });
    const hashesOf = ({ recording }: RecordedRun) =>
      [...recording.records()].flatMap((record) => (record.kind === "frame" ? [[...record.hashes]] : []));
    expect(hashesOf(after)).toEqual(hashesOf(before).slice(snapshot.frame));
    expect(replay(system, after.recording, hasher, { from: snapshot.state }).divergence).toBeNull();
  });

  it("may be of chosen partitions, whichever harts they are on", async () => {
    const system = ring();
    await recordOnThreads(system, async (board) => {
      const { state } = await board.requests.snapshot([0, 3, 5]);
      expect(state.bytes).toBeNull();
      expect(state.partitions.flatMap((held, index) => (held === null ? [] : [index]))).toEqual([0, 3, 5]);
    });
  });
});
