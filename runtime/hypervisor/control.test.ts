/** What a system partition may do to others (partitions/sdk/partita.h, CONTROL_*), and what that is to them. */
import { describe, expect, it } from "vitest";
import { boot, output } from "../../hil-tests/laws/boot.ts";
import { copier, Guest } from "../../hil-tests/laws/guests.ts";
import type { SystemSketch } from "../../hil-tests/laws/systems.ts";
import {
  PARTITA_CONTROL_COMMANDS as COMMAND,
  PARTITA_MODE_CODES as MODE,
  PARTITA_MODULE_COMMANDS as MODULE,
  PARTITA_SUSPENDED,
  PARTITA_REGISTERS as REGISTER,
  PARTITA_RETURN_CODES as RETURN,
} from "../board/index.ts";
import { encode, X } from "../isa/index.ts";

const OTHER = 1;

/** At each release gives the command of its input 0, if any, to partition 1 (that of input 1 to the module): publishes status and the other's mode. */
const operator = (): Uint8Array => {
  const guest = new Guest().normal().tellConstant(REGISTER.CONTROL_SELECT, OTHER).label("again");
  guest.tell(REGISTER.LATCH_INPUTS).add(encode("lw", { rd: X.t1, rs1: X.s1, imm: 0 }));
  guest.branch("beq", X.t1, X.zero, "module").tell(REGISTER.CONTROL_COMMAND, X.t1).label("module");
  guest.add(encode("lw", { rd: X.t1, rs1: X.s1, imm: 4 }));
  guest.branch("beq", X.t1, X.zero, "show").tell(REGISTER.CONTROL_MODULE, X.t1).label("show");
  output(guest.ask(X.t1, REGISTER.CONTROL_STATUS), 0, X.t1);
  return output(guest.ask(X.t1, REGISTER.CONTROL_MODE), 1, X.t1)
    .tell(REGISTER.PUBLISH_OUTPUTS)
    .label("wait")
    .ask(X.t1, REGISTER.FRAME)
    .branch("beq", X.t1, X.t2, "wait")
    .add(encode("addi", { rd: X.t2, rs1: X.t1, imm: 0 }))
    .jump("again")
    .image();
};

/** Counts its passes in a register, and publishes the count. */
const counter = (): Uint8Array =>
  output(
    new Guest()
      .normal()
      .label("again")
      .add(encode("addi", { rd: X.s3, rs1: X.s3, imm: 1 })),
    0,
    X.s3,
  )
    .tell(REGISTER.PUBLISH_OUTPUTS)
    .jump("again")
    .image();

const sketch = (slots: SystemSketch["slots"], isSystem = true): SystemSketch => ({
  partitions: {
    operator: { image: operator(), isSystem, inputs: 2, outputs: 2 },
    other: { image: counter(), outputs: [{ failSafe: 5 }] },
    victim: { image: copier(), inputs: 1, outputs: 1 },
  },
  majorFrame: 1000,
  slots,
});
const ONE_HART: SystemSketch["slots"] = [
  ["other", 0, 200],
  ["operator", 200, 300],
  ["victim", 600, 200],
  ["other", 800, 200],
];
/** The operator's slot lies within one of the other's. */
const TWO_HARTS: SystemSketch["slots"] = [
  ["other", 0, 900, 1],
  ["operator", 200, 300],
  ["victim", 600, 200],
];

const order = (booted: ReturnType<typeof boot>, command: number): void => {
  booted.set("operator.i0", command);
  booted.module.runFrame();
  booted.set("operator.i0", 0);
};

describe("a command of a system partition", () => {
  it.each([
    ["on one hart", ONE_HART, 800],
    ["on two harts, with the other in its slot then", TWO_HARTS, 900],
  ] as const)("takes effect between two slots of the other, %s", (_, slots, at) => {
    const booted = boot(sketch(slots));
    booted.module.runFrame();
    booted.module.runFrame();
    expect(booted.look("operator.o1").value).toBe(MODE.NORMAL);
    order(booted, COMMAND.STOP);
    const stopped = booted.incidents.filter(({ partition }) => partition === "other").at(-1);
    expect(stopped).toMatchObject({ cycle: 2000 + at, incident: { kind: "modeChanged", from: "NORMAL", to: "IDLE" } });
    expect(booted.look("other.o0")).toEqual({ value: 5, quality: "bad", time: 2000 + at });
    expect(booted.look("operator.o0").value).toBe(RETURN.NO_ERROR);
    booted.module.runFrame();
    expect(booted.look("operator.o1").value).toBe(MODE.IDLE);
  });

  it("suspends with all state kept, and resumes where it was", () => {
    const booted = boot(sketch(ONE_HART));
    booted.module.runFrame();
    order(booted, COMMAND.SUSPEND);
    const [, other] = booted.module.partitions;
    const state = booted.module.stateHash(OTHER);
    for (let frame = 0; frame < 3; frame++) booted.module.runFrame();
    expect([other!.suspended, other!.mode, booted.look("other.o0").value]).toEqual([true, "NORMAL", 5]);
    expect(booted.module.stateHash(OTHER)).toBe(state);
    expect(booted.look("operator.o1").value).toBe(PARTITA_SUSPENDED + MODE.NORMAL);
    order(booted, COMMAND.RESUME);
    booted.module.runFrame();
    expect(other!.suspended).toBe(false);
    expect(booted.look("other.o0").quality).toBe("good");
    expect(Number(booted.look("other.o0").value)).toBeGreaterThan(200);
  });

  it.each([
    ["START", "WARM_START"],
    ["WARM_START", "WARM_START"],
    ["COLD_START", "COLD_START"],
  ] as const)("%s has a stopped partition start anew: %s", (command, mode) => {
    const booted = boot(sketch(ONE_HART));
    order(booted, COMMAND.STOP);
    order(booted, COMMAND[command]);
    const modes = booted.incidents.flatMap(({ partition, incident }) =>
      partition === "other" && incident.kind === "modeChanged" ? [incident.to] : [],
    );
    expect(modes.slice(-2)).toEqual([mode, "NORMAL"]);
  });

  it("that is not needed changes nothing: a start of what runs, a resume of what is not suspended", () => {
    const [plain, needless] = [boot(sketch(ONE_HART)), boot(sketch(ONE_HART))];
    for (const command of [COMMAND.START, COMMAND.RESUME]) {
      order(needless, command);
      plain.module.runFrame();
    }
    expect(needless.module.stateHash(OTHER)).toBe(plain.module.stateHash(OTHER));
    expect(needless.kinds()).toEqual(plain.kinds());
  });

  it("may concern the requester itself, and the module when the frame is over", () => {
    const booted = boot(sketch(ONE_HART));
    booted.set("operator.i1", MODULE.RESET);
    booted.module.runFrame();
    expect(booted.module.partitions.map(({ mode }) => mode)).toEqual(["COLD_START", "COLD_START", "COLD_START"]);
    booted.set("operator.i1", MODULE.SHUTDOWN);
    booted.module.runFrame();
    expect([booted.module.shutDown, ...booted.module.partitions.map(({ mode }) => mode)]).toEqual([
      ...["SHUTDOWN", "IDLE", "IDLE", "IDLE"],
    ]);
  });

  it("is refused when nothing of that kind exists", () => {
    const booted = boot(sketch(ONE_HART));
    order(booted, 77);
    expect(booted.look("operator.o0").value).toBe(RETURN.INVALID_PARAM);
    booted.set("operator.i1", 77);
    booted.module.runFrame();
    expect(booted.look("operator.o0").value).toBe(RETURN.INVALID_PARAM);
  });
});

describe("a partition that is no system partition", () => {
  it("sees nothing of others, changes nothing, and is reported", () => {
    const [plain, asking] = [boot(sketch(ONE_HART, false)), boot(sketch(ONE_HART, false))];
    for (const { module } of [plain, asking]) module.runFrame();
    order(asking, COMMAND.STOP);
    plain.module.runFrame();
    expect([asking.look("operator.o0").value, asking.look("operator.o1").value]).toEqual([
      ...[RETURN.INVALID_CONFIG, 0xffff_ffff],
    ]);
    expect(asking.incidents.at(-1)).toMatchObject({
      partition: "operator",
      incident: { kind: "error", record: { error: "ILLEGAL_REQUEST" } },
    });
    for (const partition of [1, 2]) expect(asking.module.stateHash(partition)).toBe(plain.module.stateHash(partition));
  });
});

describe("looking a partition up", () => {
  it("finds it by its name", () => {
    const finding = new Guest().normal().address(X.t0, "name").tell(REGISTER.CONTROL_LOOKUP, X.t0);
    const image = output(finding.ask(X.t1, REGISTER.CONTROL_SELECT), 0, X.t1)
      .tell(REGISTER.PUBLISH_OUTPUTS)
      .label("halt")
      .jump("halt")
      .label("name")
      .add(0x656e_6f00 >>> 8, 0)
      .image();
    const { module, look } = boot({
      partitions: { finder: { image, isSystem: true, outputs: 1 }, one: { image: copier(), inputs: 1, outputs: 1 } },
      majorFrame: 1000,
      slots: [["finder", 0, 400]],
    });
    module.runFrame();
    expect(look("finder.o0").value).toBe(1);
  });
});
