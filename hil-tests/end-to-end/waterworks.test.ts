/** The waterworks as its user runs it, watched by mbpoll and the mosquitto clients, with either broker. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requirePeers } from "../peers.ts";
import { Program, ROOT } from "./program.ts";
import {
  eventually,
  publish,
  readDiscreteInputs,
  readFloats,
  readHoldingFloats,
  Subscriber,
  writeFloat,
} from "./scada.ts";

const SCADA_PORT = 5020;
const TOPICS = "partita/waterworks";
const STATES = [
  "intake/pump1Running",
  "intake/pump2Running",
  "drive/running",
  "boost/pump2Running",
  "boost/pump3Running",
  "dosing/pumpRunning",
];
/** What a value may move between two looks at it, beyond its deadband. */
const CLOSE = { level: 0.02, residual: 0.03, pressure: 0.15 };

const { missing } = requirePeers("mbpoll", "mosquitto", "mosquitto_sub", "mosquitto_pub");

/** What mbpoll and mosquitto_sub do not agree on, or null. */
const disagreement = async (subscriber: Subscriber): Promise<string | null> => {
  const [level, residual, pressure] = await readFloats(SCADA_PORT, 0, 3);
  const states = await readDiscreteInputs(SCADA_PORT, 0, STATES.length);
  const told = await Promise.all(
    ["intake/level", "dosing/residual", "boost/pressure"].map((p) => subscriber.latest(p)),
  );
  const polled = [level, residual, pressure];
  const margins = Object.values(CLOSE);
  const apart = told.findIndex(({ value }, i) => !(Math.abs(Number(value) - polled[i]!) <= margins[i]!));
  if (apart >= 0) return `mbpoll reads ${polled}, mosquitto_sub got ${told.map(({ value }) => value)}`;
  const bad = told.find(({ quality }) => quality !== "good");
  if (bad !== undefined) return `quality ${bad.quality}`;
  const toldStates = await Promise.all(STATES.map((point) => subscriber.latest(point)));
  const same = toldStates.every(({ value }, i) => value === (states[i] === 1));
  return same ? null : `mbpoll reads pumps ${states}, mosquitto_sub got ${toldStates.map(({ value }) => value)}`;
};

/** The runs: the demo as `npm start` has it, and the same module with mosquitto in place of the embedded broker. */
const BROKERS = [
  { name: "the embedded broker", port: 1883, external: false },
  { name: "mosquitto", port: 18830, external: true },
];

/** A test of one of the two brokers alone; for the other it does not exist. */
const onlyIf = (wanted: boolean) => (wanted ? it : () => {});

describe.skipIf(missing).each(BROKERS)("the waterworks with $name", { timeout: 120_000 }, ({ port, external }) => {
  const folder = mkdtempSync(join(tmpdir(), "partita-waterworks-"));
  const programs: Program[] = [];
  const start = (command: string, ...args: string[]): Program => {
    const program = new Program(command, args);
    programs.push(program);
    return program;
  };
  const startField = async (): Promise<Program> => {
    const devices = start(process.execPath, "dist/hil-tests/field-devices/main.js");
    await devices.line(/field devices listening/, 10_000);
    return devices;
  };
  let module: Program;
  let broker: Program;
  let field: Program;
  let subscriber: Subscriber;

  beforeAll(async () => {
    if (external) {
      broker = start("mosquitto", "-p", `${port}`);
      const text = readFileSync(join(ROOT, "configs/waterworks.yaml"), "utf8");
      const elsewhere = text
        .replace("broker: embedded", `broker: mqtt://127.0.0.1:${port}`)
        .replace(/\n +host: 127\.0\.0\.1\n +port: 1883(?=\n)/, "")
        .replaceAll("../partitions/", join(ROOT, "partitions/"));
      writeFileSync(join(folder, "waterworks.yaml"), elsewhere);
      field = await startField();
      module = start(process.execPath, "dist/runtime/cli/main.js", "run", join(folder, "waterworks.yaml"), "--stats");
    } else {
      module = start(process.execPath, "dist/hil-tests/demo.js", "--record", join(folder, "run.recording"));
    }
    await module.line(/module running/, 20_000);
    subscriber = new Subscriber(port, TOPICS);
  });

  afterAll(async () => {
    await subscriber?.end();
    for (const program of programs.reverse()) await program.end("SIGTERM");
    rmSync(folder, { recursive: true });
  });

  it("shows level, residual, pressure and pump states to both, and they agree, within 15 s", async () => {
    await eventually(15_000, () => disagreement(subscriber));
  });

  it("obeys a pressure setpoint that mbpoll writes", async () => {
    const pressureIs = (bar: number) => async () => {
      const [pressure] = await readFloats(SCADA_PORT, 4, 1);
      return Math.abs(pressure! - bar) < 0.1 ? null : `the pressure is ${pressure} bar, not ${bar}`;
    };
    expect(await readHoldingFloats(SCADA_PORT, 0, 1)).toEqual([4]);
    await eventually(60_000, pressureIs(4));
    await writeFloat(SCADA_PORT, 0, 3.4);
    expect(await readHoldingFloats(SCADA_PORT, 0, 1)).toEqual([3.4]);
    await eventually(45_000, pressureIs(3.4));
  });

  it("obeys a command that mosquitto_pub publishes", async () => {
    const { value: before } = await subscriber.latest("dosing/doseRate");
    await publish(port, `${TOPICS}/dosing/residualSetpoint/set`, JSON.stringify({ value: 0.8 }));
    await eventually(5_000, async () => {
      const [setpoint] = await readHoldingFloats(SCADA_PORT, 2, 1);
      return setpoint! > 0.79 && setpoint! < 0.81 ? null : `the setpoint is ${setpoint} mg/l`;
    });
    await eventually(20_000, async () => {
      const { value } = await subscriber.latest("dosing/doseRate");
      return Number(value) > Number(before) ? null : `the dose rate went from ${before} % to ${value} %`;
    });
  });

  it("says what is wrong with a command, and goes on", async () => {
    await publish(port, `${TOPICS}/boost/pressureSetpoint/set`, "a lot");
    await module.line(/pressureSetpoint/, 5_000);
    await eventually(5_000, () => disagreement(subscriber));
  });

  onlyIf(external)("tells that the field devices are gone, goes on, and takes them back", async () => {
    await field.end("SIGKILL");
    await eventually(15_000, async () => {
      const { quality } = await subscriber.latest("intake/level");
      return quality === "bad" ? null : `the level's quality is ${quality}`;
    });
    expect(await readHoldingFloats(SCADA_PORT, 0, 1)).toEqual([expect.closeTo(3.4)]);
    field = await startField();
    await eventually(20_000, () => disagreement(subscriber));
  });

  onlyIf(external)("goes on without its broker, and tells the latest values when it is back", async () => {
    await subscriber.end();
    await broker.end("SIGKILL");
    await writeFloat(SCADA_PORT, 0, 3.6);
    broker = start("mosquitto", "-p", `${port}`);
    await eventually(20_000, async () => {
      subscriber = new Subscriber(port, TOPICS);
      const setpoint = await subscriber.latest("boost/pressureSetpoint").catch(() => null);
      if (setpoint !== null && Math.abs(Number(setpoint.value) - 3.6) < 0.001) return null;
      await subscriber.end();
      return `the broker says that the setpoint is ${setpoint?.value}`;
    });
  });

  it("stops cleanly: outputs at their fail-safe values, the last telemetry sent, the hashes printed", async () => {
    expect(await module.end("SIGINT")).toEqual({ code: 0, signal: null });
    await module.line(/outputs at their fail-safe values/, 1_000);
    await module.line(/lateness of \d+ slot boundaries/, 1_000);
    expect(await subscriber.latest("drive/fault")).toMatchObject({ value: true, quality: "bad" });
  });

  onlyIf(!external)("left a recording that replays to the bit", async () => {
    const replay = start(process.execPath, "dist/runtime/cli/main.js", "replay", join(folder, "run.recording"));
    await replay.line(/^identical: /, 60_000);
    expect(await replay.ended).toEqual({ code: 0, signal: null });
  });
});
