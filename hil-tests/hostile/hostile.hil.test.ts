/** Law 3 against hostile guests: whatever one does, its neighbours' traces are those of a run next to one that does nothing. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type EngineFactory, interpret } from "../../runtime/hart/index.ts";
import { engineFactory } from "../../runtime/host/engines.ts";
import { ENGINES, type EngineKind, type Partition, type System } from "../../runtime/index.ts";
import { immediateCompiler, translate } from "../../runtime/translator/index.ts";
import { type RunResult, runSystem, traceOf } from "../laws/runs.ts";
import { requirePeers } from "../peers.ts";
import { ATTACKS_IN_C, ATTACKS_IN_ST, ATTACKS_ON_HEALTH, type Attack } from "./attacks.ts";
import { attacksIn, BUILD_PEERS, buildAttacks } from "./build.ts";
import { inFull, inWordsOf, outcomeOf, Witness } from "./outcome.ts";
import { ATTACKER, FRIEND, HARTS, type Harts, peacefulScene, STRUCTURED_TEXT, sceneWith, VICTIM } from "./scene.ts";

const FRAMES = 40;
const SEED = 5;
const folder = mkdtempSync(join(tmpdir(), "partita-hostile-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Translates at once, and again soon after code has changed: in so short a run it would hardly come to it. */
const ENGINE_OF: Readonly<Record<EngineKind, EngineFactory>> = {
  interpreter: interpret,
  translator: translate(immediateCompiler, { quietCycles: 2000 }),
};

const run = (system: System, engine: EngineKind) => {
  const witness = new Witness(system, SEED);
  const engineOf = ({ index }: Partition) => (index === ATTACKER ? ENGINE_OF[engine] : engineFactory(engine));
  return { witness, result: runSystem(system, { frames: FRAMES, outside: witness.outside, engineOf }) };
};

/** What must be the same whatever the attacker does. */
const tracesOfOthers = (result: RunResult) => [VICTIM, FRIEND].map((partition) => traceOf(result, partition!));

const peaceful = async (harts: Harts) => run(await peacefulScene(harts, folder), "interpreter").result;
const peace = { 1: await peaceful(1), 2: await peaceful(2) };

const tryAttack = async ({ name, becomes, health }: Attack, file: string, evidence: number | null, harts: Harts) => {
  const system = await sceneWith(file, evidence === null ? null : name, harts, folder, health);
  const attackers = ENGINES.map((engine) => {
    const { witness, result } = run(system, engine);
    expect(tracesOfOthers(result)).toEqual(tracesOfOthers(peace[harts]));
    expect(inWordsOf(becomes, outcomeOf(result, witness.heard, evidence))).toEqual(inFull(becomes));
    return traceOf(result, ATTACKER!);
  });
  expect(attackers[1]).toEqual(attackers[0]);
};

describe.each(HARTS)("next to a victim, on %i hart(s)", (harts) => {
  describe.skipIf(requirePeers(...BUILD_PEERS).missing)("an attack in C", () => {
    const { file, facts } = buildAttacks(folder);
    const evidence = facts.symbols.get("evidence")!.address;

    for (const attack of Object.values(ATTACKS_IN_C).flat()) {
      it(`${attack.name}: ${attack.tries}`, () => tryAttack(attack, file, evidence, harts));
    }

    for (const attack of ATTACKS_ON_HEALTH) {
      it(`${attack.name} with ${attack.health}: ${attack.tries}`, () => tryAttack(attack, file, evidence, harts));
    }

    it("is in the table", () => {
      const known = Object.values(ATTACKS_IN_C).flatMap((attacks) => attacks.map(({ name }) => name));
      expect(known.sort()).toEqual([...attacksIn(facts)].sort());
    });
  });

  describe("an attack in Structured Text", () => {
    for (const attack of ATTACKS_IN_ST) {
      it(`${attack.name}: ${attack.tries}`, () =>
        tryAttack(attack, `${STRUCTURED_TEXT}${attack.name}.st`, null, harts));
    }

    it("is in the table", () => {
      const known = [...ATTACKS_IN_ST.map(({ name }) => `${name}.st`), "cabinet.st", "nothing.st"];
      expect(known.sort()).toEqual(readdirSync(STRUCTURED_TEXT).sort());
    });
  });

  it("the victim does its work, and another input makes it do another", async () => {
    const system = await peacefulScene(harts, folder);
    const other = new Witness(system, SEED + 1);
    const result = runSystem(system, { frames: FRAMES, outside: other.outside });
    expect(peace[harts].module.partitions.map(({ mode }) => mode)).toEqual(["NORMAL", "NORMAL", "NORMAL", "NORMAL"]);
    expect(tracesOfOthers(result)).not.toEqual(tracesOfOthers(peace[harts]));
  });
});
