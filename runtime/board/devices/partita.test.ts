import { readFileSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { cycles, guestAddress, hertz } from "../../units.ts";
import { MEMORY_MAP, RAM_BASE } from "../memory-map.ts";
import {
  PARTITA_CONTROL_COMMANDS,
  PARTITA_ERROR_CODES,
  PARTITA_MODE_CODES,
  PARTITA_MODULE_COMMANDS,
  PARTITA_PORT_COMMANDS,
  PARTITA_REGISTERS,
  PARTITA_RETURN_CODES,
  PARTITA_START_CODES,
  PARTITA_SUSPENDED,
  PartitaDevice,
} from "./partita.ts";
import type { PartitaHost, PropagatedError } from "./partita-host.ts";

const R = PARTITA_REGISTERS;

const headerConstants = (): Record<string, number> => {
  const header = readFileSync(new URL("../../../partitions/sdk/partita.h", import.meta.url), "utf8");
  const defines = [...header.matchAll(/^#define PARTITA_(\w+) +(0x[0-9a-f]+|\d+)u?\b/gm)];
  return Object.fromEntries(defines.map(([, name, value]) => [name, Number(value)]));
};

const withPrefix = (prefix: string, codes: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(codes).map(([name, code]) => [prefix + name, code]));

class RecordingHost implements PartitaHost {
  readonly calls: unknown[] = [];
  readonly partition = 5;
  readonly queue: string[] = [];
  told: PropagatedError | null = null;
  mode = () => 1;
  startCondition = () => 2;
  frame = () => 2 ** 32 + 7;
  slotStart = () => cycles(3 * 2 ** 32 + 11);
  slotDuration = () => cycles(400_000);
  majorFrame = () => cycles(2_000_000);
  wallClock = () => 0x1234_5678_9abc_def0n;
  wallClockIsSet = () => true;
  schedule = () => 2;
  available = (port: number) => port + 10;
  maxMessageBytes = (port: number) => port + 20;
  lost = (port: number) => 2 ** 32 + port + 30;
  messageAge = (port: number) => 3 * 2 ** 32 + port;
  isMessageValid = (port: number) => port === 3;
  requestSchedule(schedule: number): number {
    this.calls.push(["schedule", schedule]);
    return schedule < 3 ? PARTITA_RETURN_CODES.NO_ERROR : PARTITA_RETURN_CODES.INVALID_PARAM;
  }
  propagatedError = () => this.told;
  watchdogPeriod = () => cycles(5 * 2 ** 32 + 9);
  completeError = () => void this.calls.push(["complete"]);
  kickWatchdog = () => void this.calls.push(["kick"]);
  modeOf = (partition: number) => (partition === 2 ? PARTITA_SUSPENDED + PARTITA_MODE_CODES.NORMAL : -1);
  requestMode = (mode: number) => void this.calls.push(["mode", mode]);
  latchInputs = () => void this.calls.push(["latch"]);
  publishOutputs = () => void this.calls.push(["publish"]);
  raiseError = (code: number, detail: number, message: string) => void this.calls.push([code, detail, message]);

  findPartition(name: string): number {
    return name === "intake" ? 2 : -1;
  }

  controlPartition(partition: number, command: number): number {
    this.calls.push(["control", partition, command]);
    return PARTITA_RETURN_CODES.NO_ACTION;
  }

  controlModule(command: number): number {
    this.calls.push(["module", command]);
    return PARTITA_RETURN_CODES.INVALID_CONFIG;
  }

  refusePortCommand(port: number): number {
    this.calls.push(["refused", port]);
    return PARTITA_RETURN_CODES.INVALID_PARAM;
  }

  findPort(name: string): number {
    this.calls.push(["find", name]);
    return name === "events" ? 3 : -1;
  }

  send(port: number, message: Uint8Array): number {
    this.calls.push(["send", port, new TextDecoder().decode(message)]);
    return PARTITA_RETURN_CODES.NO_ERROR;
  }

  receive(_port: number, into: Uint8Array): number {
    const message = this.queue.shift();
    if (message === undefined) return -PARTITA_RETURN_CODES.NOT_AVAILABLE;
    return new TextEncoder().encodeInto(message, into).written;
  }
}

describe("partita.h and the device", () => {
  it("agree on every register, mode, code and return value", () => {
    const { BASE, ...constants } = headerConstants();
    expect(BASE).toBe(MEMORY_MAP.partita.base);
    expect(constants).toEqual({
      ...PARTITA_REGISTERS,
      ...withPrefix("MODE_", PARTITA_MODE_CODES),
      ...withPrefix("START_", PARTITA_START_CODES),
      ...PARTITA_ERROR_CODES,
      SUSPENDED: PARTITA_SUSPENDED,
      ...withPrefix("CONTROL_", PARTITA_CONTROL_COMMANDS),
      ...withPrefix("MODULE_", PARTITA_MODULE_COMMANDS),
      ...withPrefix("PORT_", PARTITA_PORT_COMMANDS),
      ...PARTITA_RETURN_CODES,
    });
  });
});

describe("the partita device", () => {
  const ram = new Uint8Array(4096);
  let host: RecordingHost;
  let device: PartitaDevice;

  beforeEach(() => {
    ram.fill(0);
    host = new RecordingHost();
    const areas = { input: { base: guestAddress(0x8000_0100), bytes: 16 }, output: null, retained: null };
    device = new PartitaDevice({ clock: hertz(100e6), areas, ram, host });
  });

  const place = (offset: number, text: string): number => {
    ram.set(new TextEncoder().encode(text), offset);
    return RAM_BASE + offset;
  };
  const write = (register: number, value: number) => device.write(register, 4, value);
  const read = (register: number) => device.read(register, 4);

  it("tells who the guest is, and when and where", () => {
    const registers = [R.MAGIC, R.VERSION, R.PARTITION, R.CLOCK_HZ, R.MODE, R.START_CONDITION];
    expect(registers.map(read)).toEqual([0x5041_5254, 1, 5, 100_000_000, 1, 2]);
    expect([R.INPUT_BASE, R.INPUT_SIZE, R.OUTPUT_BASE, R.RETAINED_SIZE].map(read)).toEqual([0x8000_0100, 16, 0, 0]);
    expect([R.FRAME, R.FRAME + 4, R.SLOT_START, R.SLOT_START + 4].map(read)).toEqual([7, 1, 11, 3]);
    expect([R.WALL_CLOCK, R.WALL_CLOCK + 4, R.WALL_CLOCK_VALID].map(read)).toEqual([0x9abc_def0, 0x1234_5678, 1]);
    expect([R.SLOT_DURATION, R.MAJOR_FRAME, R.MAJOR_FRAME + 4].map(read)).toEqual([400_000, 2_000_000, 0]);
  });

  it("passes on doorbells, mode requests and errors with their text", () => {
    write(R.LATCH_INPUTS, 0);
    write(R.PUBLISH_OUTPUTS, 1);
    write(R.MODE, PARTITA_MODE_CODES.NORMAL);
    write(R.ERROR_DETAIL, 42);
    write(R.ERROR_MESSAGE, place(8, "too late\0and more"));
    write(R.RAISE_ERROR, PARTITA_ERROR_CODES.DEADLINE_MISSED);
    expect(host.calls).toEqual([["latch"], ["publish"], ["mode", 3], [1, 42, "too late"]]);
  });

  it("tells the schedule, asks for another, and keeps the answer until the next request or reset", () => {
    expect([R.SCHEDULE, R.SCHEDULE_STATUS].map(read)).toEqual([2, PARTITA_RETURN_CODES.NO_ERROR]);
    write(R.SCHEDULE_REQUEST, 3);
    expect(read(R.SCHEDULE_STATUS)).toBe(PARTITA_RETURN_CODES.INVALID_PARAM);
    write(R.SCHEDULE_REQUEST, 1);
    expect(read(R.SCHEDULE_STATUS)).toBe(PARTITA_RETURN_CODES.NO_ERROR);
    write(R.SCHEDULE_REQUEST, 0xffff_ffff);
    device.reset();
    expect(read(R.SCHEDULE_STATUS)).toBe(PARTITA_RETURN_CODES.NO_ERROR);
    expect(host.calls).toEqual([3, 1, 0xffff_ffff].map((schedule) => ["schedule", schedule]));
    expect([read(R.SCHEDULE_REQUEST), write(R.SCHEDULE, 1), write(R.SCHEDULE_STATUS, 0)]).toEqual([
      -1,
      "fault",
      "fault",
    ]);
  });

  it("tells the error that the guest is to deal with, and passes on when that is done and when the watchdog is kicked", () => {
    const registers = [R.HEALTH_ERROR, R.HEALTH_DETAIL, R.HEALTH_CYCLE, R.HEALTH_CYCLE + 4];
    expect(registers.map(read)).toEqual([0, 0, 0, 0]);
    host.told = { error: PARTITA_ERROR_CODES.PORT_ERROR, detail: 3, cycle: cycles(2 ** 33 + 6) };
    expect(registers.map(read)).toEqual([PARTITA_ERROR_CODES.PORT_ERROR, 3, 6, 2]);
    expect([R.WATCHDOG_PERIOD, R.WATCHDOG_PERIOD + 4].map(read)).toEqual([9, 5]);
    write(R.HEALTH_COMPLETE, 0);
    write(R.WATCHDOG_KICK, 0);
    expect(host.calls).toEqual([["complete"], ["kick"]]);
    expect([write(R.HEALTH_ERROR, 1), read(R.WATCHDOG_KICK), read(R.HEALTH_COMPLETE)]).toEqual(["fault", -1, -1]);
  });

  it("selects another partition by name, tells its mode, and passes on what is asked of it and of the module", () => {
    expect(read(R.CONTROL_SELECT)).toBe(0xffff_ffff);
    write(R.CONTROL_LOOKUP, place(8, "outtake\0"));
    expect([R.CONTROL_SELECT, R.CONTROL_STATUS, R.CONTROL_MODE].map(read)).toEqual([
      0xffff_ffff,
      PARTITA_RETURN_CODES.INVALID_CONFIG,
      0xffff_ffff,
    ]);
    write(R.CONTROL_LOOKUP, place(8, "intake\0"));
    expect([R.CONTROL_SELECT, R.CONTROL_STATUS, R.CONTROL_MODE].map(read)).toEqual([2, 0, 0x103]);
    write(R.CONTROL_COMMAND, PARTITA_CONTROL_COMMANDS.STOP);
    expect(read(R.CONTROL_STATUS)).toBe(PARTITA_RETURN_CODES.NO_ACTION);
    write(R.CONTROL_MODULE, PARTITA_MODULE_COMMANDS.SHUTDOWN);
    expect(read(R.CONTROL_STATUS)).toBe(PARTITA_RETURN_CODES.INVALID_CONFIG);
    expect(host.calls).toEqual([
      ["control", 2, PARTITA_CONTROL_COMMANDS.STOP],
      ["module", PARTITA_MODULE_COMMANDS.SHUTDOWN],
    ]);
    device.reset();
    expect([read(R.CONTROL_SELECT), write(R.CONTROL_STATUS, 0), read(R.CONTROL_COMMAND)]).toEqual([
      0xffff_ffff,
      "fault",
      -1,
    ]);
  });

  it("reads 128 bytes of a message without an end, and none outside RAM", () => {
    ram.fill(0x61);
    for (const address of [RAM_BASE, RAM_BASE + 4094, RAM_BASE + 4096, RAM_BASE - 200, 0, 0xffff_ffff]) {
      write(R.ERROR_MESSAGE, address);
      write(R.RAISE_ERROR, 2);
    }
    expect(host.calls.map((call) => (call as string[])[2]?.length)).toEqual([128, 2, 0, 0, 0, 0]);
  });

  it("finds a port by name, and says so when the config gives none", () => {
    write(R.PORT_LOOKUP, place(0, "events\0"));
    expect([R.PORT_SELECT, R.PORT_STATUS, R.PORT_AVAILABLE, R.PORT_MAX_MESSAGE].map(read)).toEqual([3, 0, 13, 23]);
    expect([R.PORT_VALIDITY, R.PORT_LOST, R.PORT_AGE, R.PORT_AGE + 4].map(read)).toEqual([1, 33, 3, 3]);
    write(R.PORT_LOOKUP, place(0, "alarms\0"));
    expect(read(R.PORT_SELECT)).toBe(0xffff_ffff);
    expect(read(R.PORT_STATUS)).toBe(PARTITA_RETURN_CODES.INVALID_CONFIG);
    expect([R.PORT_AVAILABLE, R.PORT_MAX_MESSAGE].map(read)).toEqual([0, 0]);
    expect([R.PORT_VALIDITY, R.PORT_LOST, R.PORT_AGE, R.PORT_AGE + 4].map(read)).toEqual([0, 0, 0, 0]);
  });

  const command = (buffer: number, length: number, what: keyof typeof PARTITA_PORT_COMMANDS): number => {
    write(R.PORT_SELECT, 3);
    write(R.PORT_BUFFER, buffer);
    write(R.PORT_LENGTH, length);
    write(R.PORT_COMMAND, PARTITA_PORT_COMMANDS[what]);
    return read(R.PORT_STATUS);
  };

  it("sends from RAM and receives into it", () => {
    expect(command(place(64, "level high"), 10, "SEND")).toBe(PARTITA_RETURN_CODES.NO_ERROR);
    expect(host.calls).toEqual([["send", 3, "level high"]]);
    host.queue.push("ok!");
    expect(command(RAM_BASE + 128, 32, "RECEIVE")).toBe(PARTITA_RETURN_CODES.NO_ERROR);
    expect([read(R.PORT_LENGTH), new TextDecoder().decode(ram.subarray(128, 132))]).toEqual([3, "ok!\0"]);
    expect(command(RAM_BASE + 128, 32, "RECEIVE")).toBe(PARTITA_RETURN_CODES.NOT_AVAILABLE);
    expect(read(R.PORT_LENGTH)).toBe(0);
  });

  it.each([
    ["below RAM", 0x7fff_fff0, 32],
    ["beyond RAM", RAM_BASE + 4090, 8],
    ["far too long", RAM_BASE, 0xffff_ffff],
  ])("refuses a message %s", (_, buffer, length) => {
    expect(command(buffer, length, "SEND")).toBe(PARTITA_RETURN_CODES.INVALID_PARAM);
    expect(host.calls).toEqual([["refused", 3]]);
  });

  it("faults on any other width, register or direction", () => {
    expect([device.read(R.MAGIC, 1), device.read(R.MODE, 2)]).toEqual([-1, -1]);
    expect(device.write(R.LATCH_INPUTS, 1, 0)).toBe("fault");
    for (const offset of [0x018, 0x038, 0x070, 0x08c, 0x0f0, 0xffc]) {
      expect([offset, read(offset), write(offset, 0)]).toEqual([offset, -1, "fault"]);
    }
    expect([write(R.MAGIC, 0), write(R.PORT_STATUS, 0), write(R.FRAME, 0)]).toEqual(["fault", "fault", "fault"]);
    expect([R.LATCH_INPUTS, R.PUBLISH_OUTPUTS, R.RAISE_ERROR, R.PORT_COMMAND, R.PORT_LOOKUP].map(read)).toEqual([
      -1, -1, -1, -1, -1,
    ]);
    expect(host.calls).toEqual([]);
  });
});
