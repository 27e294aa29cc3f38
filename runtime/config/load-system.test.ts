import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ImageManifest } from "../image-manifest.ts";
import type { Problem } from "../problem.ts";
import type { System } from "../system.ts";
import { type LoadedSystem, loadSystem } from "./load-system.ts";
import type { ConfigTools } from "./tools.ts";

const RAM = 0x8000_0000;

/** What the compiler would say of a program with these points; here every program is this one. */
const MANIFEST: ImageManifest = {
  format: 1,
  language: "ST",
  tasks: [{ name: "main", intervalNs: 20_000_000, event: null }],
  points: [
    { name: "level", type: "REAL", direction: "input", address: RAM + 0x100, bit: null, initial: 1.5 },
    { name: "levelValid", type: "BOOL", direction: "input", address: RAM + 0x104, bit: 0, initial: false },
    { name: "delay", type: "TIME", direction: "input", address: RAM + 0x108, bit: null, initial: 500 },
    { name: "flow", type: "REAL", direction: "output", address: RAM + 0x10c, bit: null, initial: 0 },
    { name: "run", type: "BOOL", direction: "output", address: RAM + 0x110, bit: 3, initial: false },
  ],
  ports: [{ name: "events", direction: "source", messageBytes: 12 }],
  areas: { input: { base: RAM + 0x100, bytes: 12 }, output: { base: RAM + 0x10c, bytes: 8 }, retained: null },
};
const SYMBOLS = new Map([["speed_setpoint", { address: RAM + 0x200, size: 4, kind: "object" as const }]]);

const CONFIG = `module: plant
board: { clock: 100 MHz, harts: 2 }
partitions:
  intake:
    program: programs/intake.st
    memory: 1 MiB
    requires: { period: 20 ms, duration: 4 ms }
    points:
      flow: { failSafe: hold }
      levelValid: { validityOf: level }
      delay: { initial: 2 s }
  drive:
    image: drive.elf
    memory: 256 KiB
    points:
      speed: { symbol: speed_setpoint, type: REAL, direction: input }
    ports:
      events: { direction: destination }
schedules:
  normal:
    majorFrame: 20 ms
    slots:
      - { partition: drive, start: 4 ms, duration: 2 ms, hart: 1 }
      - { partition: intake, start: 0 ms, duration: 4 ms }
channels:
  - { type: sampling, from: intake.flow, to: [drive.speed], refreshPeriod: 100 ms }
  - { type: queuing, from: intake.events, to: drive.events, depth: 16, maxMessageSize: 12 B }
io:
  modbusServers:
    - name: scada
      port: 5020
      byteOrder: CDAB
      points:
        - { point: intake.level, area: inputRegister, address: 0 }
        - { point: intake.flow, area: inputRegister, address: 2, byteOrder: ABCD, type: INT, scale: 0.1, offset: -5 }
  modbusClients:
    - name: field
      host: 127.0.0.1
      devices:
        - name: station
          addressBase: 1
          pollGroups: { slow: { interval: 1 s }, fast: { interval: 100 ms } }
          points:
            - { point: intake.level, area: inputRegister, address: 1, pollGroup: fast, onBad: { substitute: 0.5 } }
            - { point: intake.run, area: coil, address: 8, pollGroup: slow }
  mqtt:
    - { name: telemetry, publish: [{ point: intake.level, deadband: 0.01 }], commands: [intake.delay] }
    - { name: cloud, broker: "mqtt://[::1]:1884", publish: [{ point: intake.flow, maxReport: 0 s }] }
`;

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const elf = (text: string): Uint8Array => bytes(`\x7fELF${text}`);

const tools = (config: string | Uint8Array, more: Partial<ConfigTools> = {}): ConfigTools => ({
  readFile: async (path) =>
    path.endsWith(".yaml") ? (typeof config === "string" ? bytes(config) : config) : elf(path),
  compileSt: () => ({ ok: true, elf: elf("program"), warnings: [] }),
  inspectImage: (image) => ({
    loadedBytes: 4096,
    symbols: SYMBOLS,
    manifest: new TextDecoder().decode(image).endsWith("program") ? MANIFEST : null,
  }),
  ...more,
});

const load = (config: string | Uint8Array, more?: Partial<ConfigTools>): Promise<LoadedSystem> =>
  loadSystem("configs/plant.yaml", tools(config, more));

const systemOf = async (config: string): Promise<System> => {
  const loaded = await load(config);
  if (!loaded.ok) throw new Error(loaded.problems.map(({ line, message }) => `${line}: ${message}`).join("\n"));
  return loaded.system;
};

const problemsOf = async (config: string | Uint8Array, more?: Partial<ConfigTools>): Promise<readonly Problem[]> => {
  const loaded = await load(config, more);
  return loaded.ok ? [] : loaded.problems;
};

const codes = (problems: readonly Problem[]): readonly string[] => problems.map(({ code, line }) => `${line} ${code}`);

describe("a module without problems", () => {
  it("has its partitions with their points, initial and fail-safe values", async () => {
    const { partitions, digest, configPath } = await systemOf(CONFIG);
    expect(partitions).toMatchObject([
      {
        name: "intake",
        latch: "guest",
        memoryBytes: 1 << 20,
        tasks: [{ name: "main", interval: 2_000_000, event: null }],
        imagePath: "configs/programs/intake.st",
      },
      { name: "drive", latch: "auto", memoryBytes: 1 << 18, tasks: [], imagePath: "configs/drive.elf" },
    ]);
    expect(partitions[0]?.points).toMatchObject([
      { index: 0, name: "level", initial: 1.5, validityOf: null },
      { index: 1, name: "levelValid", bit: 0, validityOf: 0 },
      { index: 2, name: "delay", initial: 2000 },
      { index: 3, name: "flow", direction: "output", failSafe: null },
      { index: 4, name: "run", direction: "output", failSafe: false, bit: 3 },
    ]);
    expect(partitions[1]?.points).toMatchObject([{ name: "speed", address: RAM + 0x200, initial: 0, failSafe: 0 }]);
    expect(partitions[0]?.areas.input).toEqual({ base: RAM + 0x100, bytes: 12 });
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(configPath).toMatch(/^\/.*configs\/plant\.yaml$/);
  });

  it("has the engine that a partition asks for, and else the translator", async () => {
    const { partitions } = await systemOf(
      CONFIG.replace("image: drive.elf", "image: drive.elf\n    engine: interpreter"),
    );
    expect(partitions.map(({ engine }) => engine)).toEqual(["translator", "interpreter"]);
  });

  it("has the command line of a partition's kernel", async () => {
    const { partitions } = await systemOf(
      CONFIG.replace("image: drive.elf", "image: drive.elf\n    bootArguments: console=ttyS0 -- heartbeat"),
    );
    expect(partitions.map(({ bootArguments }) => bootArguments)).toEqual(["", "console=ttyS0 -- heartbeat"]);
  });

  it("has its slots in cycles, in order of start", async () => {
    expect((await systemOf(CONFIG)).schedules).toEqual([
      {
        index: 0,
        name: "normal",
        majorFrame: 2_000_000,
        slots: [
          { index: 0, hart: 0, partition: 0, start: 0, duration: 400_000 },
          { index: 1, hart: 1, partition: 1, start: 400_000, duration: 200_000 },
        ],
        onEntry: [null, null],
      },
    ]);
  });

  it("has all its schedules, the first one first, with what happens on entry", async () => {
    const maintenance = [
      "  maintenance:",
      "    majorFrame: 60 ms",
      "    onEntry: { drive: COLD_START }",
      "    slots: [{ partition: drive, start: 0 ms, duration: 2 ms, hart: 1 }]",
      "",
    ].join("\n");
    const { schedules, partitions } = await systemOf(
      CONFIG.replace("channels:", `${maintenance}channels:`).replace(
        "image: drive.elf",
        "image: drive.elf\n    system: true",
      ),
    );
    expect(schedules.map(({ name }) => name)).toEqual(["normal", "maintenance"]);
    expect(schedules[1]).toEqual({
      index: 1,
      name: "maintenance",
      majorFrame: 6_000_000,
      slots: [{ index: 0, hart: 1, partition: 1, start: 0, duration: 200_000 }],
      onEntry: [null, "COLD_START"],
    });
    expect(partitions.map(({ isSystem }) => isSystem)).toEqual([false, true]);
  });

  it("has channels and io by index, with all defaults filled in", async () => {
    const system = await systemOf(CONFIG);
    expect(system.samplingChannels).toEqual([
      { from: { partition: 0, point: 3 }, to: [{ partition: 1, point: 0 }], refreshPeriod: 10_000_000 },
    ]);
    expect(system.queuingChannels).toEqual([
      {
        from: { partition: 0, port: 0 },
        to: { partition: 1, port: 0 },
        depth: 16,
        maxMessageBytes: 12,
        overflow: "refuse",
      },
    ]);
    expect(system.partitions.map(({ ports }) => ports)).toMatchObject([[{ channel: 0 }], [{ channel: 0 }]]);
    expect(system.maxLateness).toBe(10_000_000);
    expect(system.modbusServers).toMatchObject([
      {
        unitId: 1,
        listener: {
          ...{ kind: "tcp", host: "127.0.0.1", maxConnections: 16, idleTimeoutMs: 60_000, frameTimeoutMs: 1000 },
          ...{ allowFrom: null, allowFile: null, tls: null, roles: null, isExposed: false },
        },
        mappings: [
          { type: "REAL", byteOrder: "CDAB", scale: 1, offset: 0 },
          { type: "INT", byteOrder: "ABCD", scale: 0.1, offset: -5 },
        ],
      },
    ]);
    expect(system.modbusClients).toMatchObject([
      {
        transport: { kind: "tcp", host: "127.0.0.1", port: 502, tls: null },
        responseTimeoutMs: 500,
        maxRetries: 1,
        reconnectBackoffMs: { min: 200, max: 5000 },
        degradeAfter: 3,
        degradeTimeMs: 5000,
        devices: [
          {
            mappings: [
              { address: 0, pollGroup: 1, onBad: { substitute: 0.5 } },
              { address: 7, pollGroup: 0, onBad: "hold", writeVerify: "echo" },
            ],
          },
        ],
      },
    ]);
    expect(system.mqtt).toMatchObject([
      {
        broker: "embedded",
        host: "127.0.0.1",
        port: 1883,
        topicPrefix: "partita",
        commands: [{ partition: 0, point: 2 }],
      },
      {
        broker: "external",
        host: "::1",
        port: 1884,
        publications: [{ deadband: 0, minReportMs: 200, maxReportMs: 0 }],
      },
    ]);
  });

  it("is frozen to the leaves", async () => {
    const system = await systemOf(CONFIG);
    const unfrozen = (value: unknown): boolean =>
      typeof value === "object" &&
      value !== null &&
      !ArrayBuffer.isView(value) &&
      (!Object.isFrozen(value) || Object.values(value).some(unfrozen));
    expect(unfrozen(system)).toBe(false);
  });

  it("has another digest when config or image differ in a byte", async () => {
    const digest = async (config: string, image: string): Promise<string> => {
      const loaded = await load(config, {
        readFile: async (path) => (path.endsWith(".yaml") ? bytes(config) : elf(image)),
      });
      return loaded.ok ? loaded.system.digest : "";
    };
    const digests = [
      await digest(CONFIG, "a"),
      await digest(CONFIG, "a"),
      await digest(CONFIG, "b"),
      await digest(`${CONFIG}\n`, "a"),
    ];
    expect(new Set(digests).size).toBe(3);
  });

  it("may be warned about, but runs", async () => {
    const loaded = await load(CONFIG.replace("commands: [intake.delay]", "commands: []"));
    expect(loaded.ok && codes(loaded.warnings)).toEqual(["11 input-without-source"]);
  });
});

describe("a module with problems", () => {
  it("is told all of them in one run, in the order of the file", async () => {
    const broken = CONFIG.replace("harts: 2", "hart: 2")
      .replace("memory: 256 KiB", "memory: 256")
      .replace("from: intake.flow", "from: intake.flwo")
      .replace("depth: 16", "depth: 0")
      .replace("address: 8", "address: -8")
      .replace("start: 0 ms", "start: 17 ms")
      .replace("area: inputRegister, address: 2,", "area: coil, address: 2,");
    expect(codes(await problemsOf(broken))).toEqual([
      "2 unknown-key",
      "14 wrong-type",
      "24 slot-beyond-frame",
      "26 unknown-point",
      "27 wrong-value",
      "35 modbus-area",
      "45 wrong-value",
    ]);
  });

  it("is not told of what only follows from a problem already told", async () => {
    expect(codes(await problemsOf(CONFIG.replace("memory: 1 MiB", "memory: lots")))).toEqual(["6 wrong-value"]);
    expect(codes(await problemsOf(CONFIG.replace("start: 4 ms", "start: 4")))).toEqual(["23 wrong-type"]);
    expect(
      codes(await problemsOf(CONFIG.replace("type: REAL, direction: input", "type: REEL, direction: input"))),
    ).toEqual(["16 wrong-value"]);
    expect(codes(await problemsOf(CONFIG.replace("slow: { interval: 1 s }", "slow: { interval: 1 }")))).toEqual([
      "42 wrong-type",
    ]);
    const noProgram: Partial<ConfigTools> = { compileSt: () => ({ ok: false, problems: [ST_PROBLEM] }) };
    expect(await problemsOf(CONFIG, noProgram)).toEqual([ST_PROBLEM]);
  });

  it("still has its rules checked when a whole section is unusable", async () => {
    const noSchedule = CONFIG.replace(/schedules:\n( .*\n)+/, "schedules: none\n").replace(
      "[drive.speed]",
      "[drive.sped]",
    );
    expect(codes(await problemsOf(noSchedule))).toEqual(["19 wrong-type", "21 unknown-point"]);
  });

  it.each([
    ["", "wrong-type"],
    ["- a list\n", "wrong-type"],
    ["module: x\n", "missing-key"],
    ["module: x\npartitions: {}\nschedules: {}\n", "wrong-value"],
    ["# only a comment", "wrong-type"],
  ])("says what is missing from %j", async (text, code) => {
    expect((await problemsOf(text))[0]?.code).toBe(code);
  });

  it("says when the file is no text, too large or not there", async () => {
    expect(codes(await problemsOf(Uint8Array.of(0x6d, 0xff)))).toEqual(["1 not-utf8"]);
    expect(codes(await problemsOf("#".repeat(2 << 20)))).toEqual(["1 file-too-large"]);
    const gone = await loadSystem("/nowhere/plant.yaml", {
      compileSt: tools("").compileSt,
      inspectImage: tools("").inspectImage,
    });
    expect(gone.ok || gone.problems).toMatchObject([
      { file: "/nowhere/plant.yaml", line: 1, column: 1, code: "file-unreadable" },
    ]);
  });

  it("compiles a program that two partitions run once", async () => {
    let compiled = 0;
    const counting: Partial<ConfigTools> = {
      compileSt: () => {
        compiled += 1;
        return { ok: false, problems: [ST_PROBLEM] };
      },
    };
    const twice = CONFIG.replace("image: drive.elf", "program: programs/../programs/intake.st");
    expect((await problemsOf(twice, counting)).filter((problem) => problem === ST_PROBLEM)).toHaveLength(1);
    expect(compiled).toBe(1);
  });
});

const ST_PROBLEM: Problem = {
  code: "st-syntax",
  file: "configs/programs/intake.st",
  line: 3,
  column: 7,
  path: "",
  message: "expected ;",
  hint: "",
  excerpt: "    x := 1\n          ^",
};

describe("mutated configs", () => {
  const lines = CONFIG.split("\n");
  const junk = fc.constantFrom(
    "",
    "null",
    "[]",
    "{}",
    "-1",
    "1e400",
    ".nan",
    "0x7fffffffffffffffff",
    "true",
    "[[[",
    "&a",
    "*a",
    "20 ms",
    "constructor",
    "__proto__",
    "~",
    "'",
    "{ a: 1 }",
    "999999999999999 h",
    "\u0000",
  );
  const mutation = fc.oneof(
    fc.record({ kind: fc.constant("drop" as const), line: fc.nat(lines.length - 1) }),
    fc.record({ kind: fc.constant("repeat" as const), line: fc.nat(lines.length - 1) }),
    fc.record({ kind: fc.constant("indent" as const), line: fc.nat(lines.length - 1) }),
    fc.record({ kind: fc.constant("value" as const), line: fc.nat(lines.length - 1), at: fc.nat(9), junk }),
    fc.record({ kind: fc.constant("key" as const), line: fc.nat(lines.length - 1), at: fc.nat(9), junk }),
  );
  type Mutation = typeof mutation extends fc.Arbitrary<infer Change> ? Change : never;
  const mutate = (text: readonly string[], change: Mutation): string[] =>
    text.flatMap((line, index) => {
      if (index !== change.line) return [line];
      if (change.kind === "drop") return [];
      if (change.kind === "repeat") return [line, line];
      if (change.kind === "indent") return [`  ${line}`];
      const pattern = change.kind === "value" ? /(?<=: )[^,{}[\]]+/g : /\w+(?=:)/g;
      const found = [...line.matchAll(pattern)];
      const hit = found[change.at % Math.max(found.length, 1)];
      if (hit === undefined) return [line];
      return [line.slice(0, hit.index) + change.junk + line.slice(hit.index + hit[0].length)];
    });

  it("are loaded or refused with places inside the file, and never throw", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 3 }), async (mutations) => {
        const text = mutations.reduce<string[]>(mutate, lines);
        for (const problem of await problemsOf(text.join("\n"))) {
          expect(problem.line).toBeGreaterThanOrEqual(1);
          expect(problem.line).toBeLessThanOrEqual(text.length + 1);
          expect(problem.column).toBeGreaterThanOrEqual(1);
          const ownWords = problem.message.replaceAll(/"[^"]*"/g, "…");
          expect(ownWords).not.toMatch(/undefined|(?<!\.)null\b|\[object/);
        }
      }),
      { numRuns: 250 },
    );
  });
});
