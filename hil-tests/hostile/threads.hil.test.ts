/** Law 3 with hostile guests on a hart that has a thread of its own, translated while they run as `partita run` has it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { System } from "../../runtime/index.ts";
import { cycles } from "../../runtime/units.ts";
import { spinner } from "../laws/guests.ts";
import { recordOnThreads } from "../laws/hart-threads.ts";
import { runSystem } from "../laws/runs.ts";
import { requirePeers } from "../peers.ts";
import { ATTACKS_IN_C, ATTACKS_IN_ST, ATTACKS_ON_HEALTH } from "./attacks.ts";
import { BUILD_PEERS, buildAttacks } from "./build.ts";
import { GUESTS_AT_ONCE, hostileOf, moduleWith, VICTIMS } from "./random-trial.ts";
import { FRIEND, peacefulScene, STRUCTURED_TEXT, sceneWith, VICTIM } from "./scene.ts";

const FRAMES = 20;
/** Starting threads takes longer than an attack: one in so many is tried here. */
const ONE_IN = 12;
const RANDOM_MODULES = 4;
const folder = mkdtempSync(join(tmpdir(), "partita-hostile-threads-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** By frame, a hash a partition. */
type Frames = readonly (readonly bigint[])[];

const onThreads = async (system: System): Promise<Frames> => {
  const duration = cycles(FRAMES * system.schedules[0]!.majorFrame);
  const { recording, threads } = await recordOnThreads(system, (board) => board.ended.then(() => {}), { duration });
  expect(threads).toBe(2);
  return [...recording.records()].flatMap((record) => (record.kind === "frame" ? [[...record.hashes]] : []));
};

const onOneThread = (system: System): Frames => runSystem(system, { frames: FRAMES }).frames;

const of = (frames: Frames, partitions: readonly number[]): Frames =>
  frames.map((hashes) => partitions.map((partition) => hashes[partition]!));

/** Everybody does what they do on one thread, and the victims what they do in peace. */
const expectNoHarm = async (system: System, peace: Frames, victims: readonly number[]): Promise<void> => {
  const frames = await onThreads(system);
  expect(frames).toEqual(onOneThread(system));
  expect(of(frames, victims)).toEqual(of(peace, victims));
};

const oneIn = <T>(all: readonly T[]): readonly T[] => all.filter((_, index) => index % ONE_IN === 0);

describe.skipIf(requirePeers(...BUILD_PEERS).missing)("next to a victim on another hart, an attack", async () => {
  const peace = onOneThread(await peacefulScene(2, folder));
  const { file } = buildAttacks(folder);
  const victims = [VICTIM!, FRIEND!];

  for (const { name, tries, health } of [...oneIn(Object.values(ATTACKS_IN_C).flat()), ...oneIn(ATTACKS_ON_HEALTH)]) {
    it(`${name}: ${tries}`, async () => expectNoHarm(await sceneWith(file, name, 2, folder, health), peace, victims));
  }

  for (const { name, tries } of oneIn(ATTACKS_IN_ST)) {
    const attacker = `${STRUCTURED_TEXT}${name}.st`;
    it(`${name}: ${tries}`, async () => expectNoHarm(await sceneWith(attacker, null, 2, folder), peace, victims));
  }
});

it("random guests on another hart change no victim, and are the same as on one thread", async () => {
  const spinners = Array.from({ length: GUESTS_AT_ONCE }, () => ({ image: spinner(), propagates: false }));
  const peace = onOneThread(moduleWith(spinners, 2));
  const victims = Array.from({ length: VICTIMS }, (_, index) => index);
  for (let module = 0; module < RANDOM_MODULES; module++) {
    const guests = Array.from({ length: GUESTS_AT_ONCE }, (_, i) => hostileOf(1 + module * GUESTS_AT_ONCE + i));
    await expectNoHarm(moduleWith(guests, 2), peace, victims);
  }
});
