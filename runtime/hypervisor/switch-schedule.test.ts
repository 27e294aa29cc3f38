import { describe, expect, it } from "vitest";
import { boot, halt, output } from "../../hil-tests/laws/boot.ts";
import { copier, Guest } from "../../hil-tests/laws/guests.ts";
import { eventsOf, runSystem, silence } from "../../hil-tests/laws/runs.ts";
import { type SystemSketch, systemOf } from "../../hil-tests/laws/systems.ts";
import { PARTITA_REGISTERS as REGISTER, PARTITA_RETURN_CODES as STATUS } from "../board/index.ts";
import { X } from "../isa/index.ts";

/** Publishes what SCHEDULE, MAJOR_FRAME and START_CONDITION tell, round and round. */
const observer = (): Uint8Array => {
  const guest = new Guest().normal().label("scan");
  const told = [REGISTER.SCHEDULE, REGISTER.MAJOR_FRAME, REGISTER.START_CONDITION];
  for (const [index, register] of told.entries()) output(guest.ask(X.t1, register), index, X.t1);
  return guest.tell(REGISTER.PUBLISH_OUTPUTS).jump("scan").image();
};

/** Asks for schedule `wanted` once and publishes the status. */
const switcher = (wanted: number): Uint8Array =>
  halt(
    output(
      new Guest().normal().tellConstant(REGISTER.SCHEDULE_REQUEST, wanted).ask(X.t1, REGISTER.SCHEDULE_STATUS),
      0,
      X.t1,
    ).tell(REGISTER.PUBLISH_OUTPUTS),
  );

/** `watch` runs in both schedules, `day` and `night` in one each. */
const sketch: SystemSketch = {
  partitions: {
    watch: { image: observer(), outputs: 3 },
    day: { image: copier(), inputs: 1, outputs: 1 },
    night: { image: copier(), inputs: 1, outputs: 1 },
  },
  majorFrame: 1000,
  slots: [
    ["watch", 0, 400],
    ["day", 400, 500],
  ],
  otherSchedules: [
    {
      majorFrame: 3000,
      slots: [
        ["night", 100, 500],
        ["watch", 2000, 400],
      ],
      onEntry: { night: "WARM_START" },
    },
    { majorFrame: 500, slots: [["watch", 0, 400]], onEntry: { watch: "COLD_START" } },
  ],
};

const withSwitcher = (wanted: number, isSystem: boolean): SystemSketch => ({
  ...sketch,
  partitions: { ...sketch.partitions, watch: { image: switcher(wanted), isSystem, outputs: 1 } },
});

describe("a module with several schedules", () => {
  it("starts with the first, and goes on in another when the frame of the request is over", () => {
    const { module, look } = boot(sketch);
    module.step();
    module.requestSchedule(1);
    expect(module.schedule.index).toBe(0);
    module.runFrame();
    expect([module.schedule.index, module.frame, module.boardTime]).toEqual([1, 1, 1000]);
    expect(look("watch.o0").value).toBe(0);
    module.runFrame();
    expect([module.frame, module.boardTime]).toEqual([2, 4000]);
    expect([look("watch.o0").value, look("watch.o1").value, look("watch.o0").time]).toEqual([1, 3000, 3400]);
    expect(() => module.requestSchedule(3)).toThrow(RangeError);
  });

  it("obeys the last of several requests in a frame; one for the current schedule takes the others back", () => {
    const { module, order } = boot(sketch);
    order({ kind: "switchSchedule", schedule: 2 });
    order({ kind: "switchSchedule", schedule: 1 });
    module.runFrame();
    expect(module.schedule.index).toBe(1);
    order({ kind: "switchSchedule", schedule: 2 });
    order({ kind: "switchSchedule", schedule: 1 });
    module.runFrame();
    expect(module.schedule.index).toBe(1);
  });

  it("does not run a partition without a slot; it goes on where it was when it has one again", () => {
    const { module, look, set } = boot(sketch);
    set("day.i0", 5);
    set("night.i0", 6);
    module.runFrame();
    expect([look("day.o0").value, look("night.o0").value]).toEqual([5, 0]);
    module.requestSchedule(1);
    module.runFrame();
    set("day.i0", 7);
    module.runFrame();
    expect(look("day.o0")).toEqual({ value: 5, quality: "good", time: 1900 });
    expect(look("night.o0").value).toBe(6);
    module.requestSchedule(0);
    module.runFrame();
    module.runFrame();
    expect(look("day.o0")).toEqual({ value: 7, quality: "good", time: 8900 });
  });

  it("starts anew on entry whom the schedule says, also when it was stopped, and nobody else", () => {
    const { module, modeOf, order, look, incidents } = boot(sketch);
    module.runFrame();
    order({ kind: "switchSchedule", schedule: 2 });
    module.runFrame();
    expect([modeOf("watch"), modeOf("day")]).toEqual(["COLD_START", "NORMAL"]);
    expect(incidents.at(-1)).toMatchObject({ partition: "watch", cycle: 2000 });
    module.runFrame();
    expect([modeOf("watch"), look("watch.o0").value, look("watch.o2").value]).toEqual(["NORMAL", 2, 1]);
  });

  it("tells each partition's trace, and the outside", () => {
    const told: unknown[] = [];
    const result = runSystem(systemOf(sketch), {
      frames: 4,
      outside: {
        ...silence,
        commands: (frame) => (frame === 1 ? [{ kind: "switchSchedule", schedule: 1 }] : []),
        scheduleSwitched: (frame, at, { name }) => void told.push([frame, at, name]),
      },
    });
    expect(told).toEqual([[1, 2000, "schedule1"]]);
    for (const partition of [0, 1, 2]) {
      const [event, ...others] = eventsOf(result, partition, "scheduleSwitch");
      expect(others).toEqual([]);
      expect(event).toMatchObject({ cycle: 2000, frame: 1 });
      expect([...new Uint32Array(event!.payload.slice().buffer)]).toEqual([0, 1]);
    }
  });
});

describe("a system partition", () => {
  it("switches schedules", () => {
    const { module, look } = boot(withSwitcher(1, true));
    module.runFrame();
    expect([module.schedule.index, look("watch.o0").value]).toEqual([1, STATUS.NO_ERROR]);
  });

  it("is told when there is no such schedule", () => {
    const { module, look } = boot(withSwitcher(3, true));
    module.runFrame();
    expect([module.schedule.index, look("watch.o0").value]).toEqual([0, STATUS.INVALID_PARAM]);
  });

  it("asks with effect from the end of its slot on: a request whose slot is not over counts for nobody", () => {
    const beside = boot({ ...withSwitcher(1, true), majorFrame: 1000 });
    beside.module.step();
    beside.module.requestSchedule(2);
    beside.module.runFrame();
    expect(beside.module.schedule.index).toBe(1);
  });
});

describe("any other partition", () => {
  it("is refused, and its request reported as illegal", () => {
    const { module, look, incidents } = boot(withSwitcher(1, false));
    module.runFrame();
    expect([module.schedule.index, look("watch.o0").value]).toEqual([0, STATUS.INVALID_CONFIG]);
    const told = incidents.map(({ incident }) => incident).find(({ kind }) => kind === "error");
    expect(told).toMatchObject({ record: { error: "ILLEGAL_REQUEST", action: "IGNORE" } });
  });
});
