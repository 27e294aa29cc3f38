import { describe, expect, it } from "vitest";
import { spinner } from "../../hil-tests/laws/guests.ts";
import { systemOf } from "../../hil-tests/laws/systems.ts";
import {
  ACTION_LEVELS,
  defaultHealth,
  HEALTH_ACTIONS,
  HEALTH_ERROR_NAMES,
  type HealthAction,
  type HealthError,
  type HealthReaction,
  MODULE_STATES,
  type ModuleState,
  PARTITION_STATES,
  type PartitionState,
  reactionsOf,
} from "../health-table.ts";
import { cycles } from "../units.ts";
import { HealthMonitor, type Judgement } from "./health-monitor.ts";
import { RestartTimes } from "./restart-times.ts";

const reaction = (action: HealthAction | null, otherwise: HealthReaction["otherwise"] = "IDLE"): HealthReaction => ({
  ...{ action, otherwise, schedule: action === "SWITCH_SCHEDULE" ? 1 : null, log: true },
});

/** One entry of the table differs from all others, in its action or by being there at all. */
interface Case {
  readonly error: HealthError;
  readonly state: PartitionState;
  readonly reaction: HealthReaction;
  readonly ignorable: boolean;
  readonly propagable: boolean;
  readonly affordable: boolean;
}

const judge = (given: Case, asked: HealthError = given.error, inState: PartitionState = given.state): Judgement => {
  const rest = reaction(given.reaction.action === "SUSPEND" ? "IDLE" : "SUSPEND");
  const reactions = reactionsOf(PARTITION_STATES, (error, state) =>
    error === given.error && state === given.state ? given.reaction : rest,
  );
  const restartBudget = { count: 1, window: cycles(10), exhausted: "SUSPEND" as const, schedule: null };
  const system = systemOf({
    partitions: { a: { image: spinner(), health: { ...defaultHealth, reactions, restartBudget } } },
    ...{ majorFrame: 100, slots: [["a", 0, 100]] },
  });
  const { ignorable, propagable, affordable } = given;
  const takeRestart = () => affordable;
  const occurrence = { partition: 0, error: asked, state: inState, ignorable, propagable, takeRestart };
  return new HealthMonitor(system, []).judge(occurrence, 5);
};

const CIRCUMSTANCES = [0, 1, 2, 3, 4, 5, 6, 7].map((bits) => ({
  ...{ ignorable: (bits & 1) !== 0, propagable: (bits & 2) !== 0, affordable: (bits & 4) !== 0 },
}));

const isRestart = (action: HealthAction) => action === "WARM_START" || action === "COLD_START";

/** What the documentation says, case by case. */
const expected = ({ reaction: { action, otherwise }, ignorable, propagable, affordable }: Case) => {
  const possible = action === "IGNORE" ? ignorable : action === "PROPAGATE" ? propagable : true;
  if (action === null) throw new Error("not asked for here");
  const isProcess = ACTION_LEVELS[action] === "process";
  if (isProcess && possible) return { action, outcome: null };
  if (ACTION_LEVELS[action] === "module") {
    const wanted = isRestart(otherwise) && !affordable ? "SUSPEND" : otherwise;
    return { action, outcome: ignorable ? null : wanted, schedule: action === "SWITCH_SCHEDULE" ? 1 : null };
  }
  const wanted = isProcess ? otherwise : action;
  if (isRestart(wanted) && !affordable) return { action: "SUSPEND", outcome: "SUSPEND", overBudget: true };
  return { action: wanted, outcome: wanted, overBudget: false };
};

describe("the health table of a partition", () => {
  it("gives each error in each state its action, whatever can and cannot be done then", () => {
    let cases = 0;
    for (const error of HEALTH_ERROR_NAMES) {
      for (const state of PARTITION_STATES) {
        for (const action of HEALTH_ACTIONS) {
          for (const otherwise of ["IDLE", "WARM_START"] as const) {
            for (const circumstances of CIRCUMSTANCES) {
              const given = { error, state, reaction: reaction(action, otherwise), ...circumstances };
              expect(judge(given), JSON.stringify(given)).toMatchObject(expected(given));
              cases += 1;
            }
          }
        }
      }
    }
    expect(cases).toBe(12 * 3 * 9 * 2 * 8);
  });

  it("gives an error nothing of what stands for another, or for the same in another state", () => {
    const circumstances = { ignorable: true, propagable: true, affordable: true };
    for (const error of HEALTH_ERROR_NAMES) {
      for (const state of PARTITION_STATES) {
        const given = { error, state, reaction: reaction("IDLE"), ...circumstances };
        for (const asked of HEALTH_ERROR_NAMES) {
          for (const inState of PARTITION_STATES) {
            const isIt = asked === error && inState === state;
            expect(judge(given, asked, inState).action).toBe(isIt ? "IDLE" : "SUSPEND");
          }
        }
      }
    }
  });
});

describe("the module's health table", () => {
  const judgeAt = (frame: number, error: HealthError, state: ModuleState, action: HealthAction): Judgement => {
    const reactions = reactionsOf(PARTITION_STATES, () => reaction(null, "COLD_START"));
    const health = reactionsOf(MODULE_STATES, (other, otherState) =>
      reaction(other === error && otherState === state ? action : "SHUTDOWN"),
    );
    const system = systemOf({
      partitions: { a: { image: spinner(), health: { ...defaultHealth, reactions } } },
      ...{ majorFrame: 100, slots: [["a", 0, 100]], health },
    });
    const monitor = new HealthMonitor(system, []);
    if (frame >= 7) monitor.moduleReset(7);
    const circumstances = { ignorable: false, propagable: false, takeRestart: () => true };
    return monitor.judge({ partition: 0, error, state: "NORMAL", ...circumstances }, frame);
  };

  it("answers for the errors that a partition's table leaves to it, the first frame after power-on or a reset apart", () => {
    for (const error of HEALTH_ERROR_NAMES) {
      for (const state of MODULE_STATES) {
        for (const action of ["SWITCH_SCHEDULE", "MODULE_RESET"] as const) {
          for (const frame of [0, 1, 6, 7, 8]) {
            const applies = (frame === 0 || frame === 7) === (state === "INIT");
            expect(judgeAt(frame, error, state, action)).toMatchObject({
              action: applies ? action : "SHUTDOWN",
              outcome: "COLD_START",
            });
          }
        }
      }
    }
  });

  it("lets a guest that stands at a trap do what its own table says otherwise when the module ignores the error", () => {
    const judgement = judgeAt(3, "HARDWARE_FAULT", "RUNNING", "IGNORE");
    expect(judgement).toMatchObject({ action: "COLD_START", outcome: "COLD_START" });
  });
});

describe("a restart budget", () => {
  it("allows so many restarts in a window, to the cycle, and again as the oldest leaves it", () => {
    const times = new RestartTimes({ count: 3, window: cycles(1000) });
    const asked = [0, 10, 20, 999, 1000, 1001, 1010, 1019, 1020, 5000];
    expect(asked.map((now) => times.take(cycles(now)))).toEqual([
      ...[true, true, true, false, true, false, true, false, true, true],
    ]);
  });
});
