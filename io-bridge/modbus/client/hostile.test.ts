/** Field devices that do their worst: what becomes of their points, of the others on the bus, and of the guests' inputs. */
import { describe, expect, test } from "vitest";
import { cooperate, pollField, wilfulDevice } from "../../testing/field.ts";
import type { PointText } from "../../testing/test-module.ts";
import { eventually, fieldClient, fieldDevice, mapping, pause, refOf, testSystem } from "../../testing/test-module.ts";
import { mbapFrame } from "../mbap-framer.ts";

const module = testSystem({ tank: ["in level REAL", "in other REAL"] });
const gauge = (name: string, unitId: number, intervalMs = 10) =>
  fieldDevice({
    name,
    unitId,
    pollGroups: [{ name: "all", intervalMs }],
    mappings: [mapping(refOf(module, unitId === 1 ? "tank.level" : "tank.other"), "inputRegister", 0, "REAL")],
  });

const quick = { responseTimeoutMs: 40, reconnectBackoffMs: { min: 1, max: 5 }, degradeTimeMs: 10 };

describe("a device that disconnects", () => {
  test("behind any byte of its reply spoils nothing, and is good again afterwards", async () => {
    let cut = 0;
    const device = await wilfulDevice((asked, transaction) => {
      const reply = mbapFrame(transaction, asked.unit, Buffer.from("04043fc00000", "hex"));
      if (cut >= reply.length) return { raw: reply };
      asked.socket.end(reply.subarray(0, cut));
      cut += 1;
      return null;
    });
    const { board, counters } = pollField(fieldClient(device.port, [gauge("gauge", 1)], quick), module);
    await eventually("it is good", () => board.get("tank.level").quality === "good");
    expect(cut).toBe(13);
    expect(counters("gauge")).toMatchObject({ lost: 13, answers: expect.any(Number) });
    const good = board.latched[0]!.filter((cells) => cells.qualityOf(0) === "good").map((cells) => cells.get(0));
    expect(new Set(good)).toEqual(new Set([1.5]));
  });
});

describe("a device that floods", () => {
  test("is cut off at once, again and again, and its neighbour is polled on", async () => {
    const device = await wilfulDevice((asked) =>
      asked.unit === 1 ? { raw: Buffer.alloc(1_000_000, 0x55) } : cooperate(asked),
    );
    const { board, counters } = pollField(
      fieldClient(device.port, [gauge("wild", 1), gauge("tame", 2)], { ...quick, responseTimeoutMs: 500 }),
      module,
    );
    await eventually("many floods", () => counters("wild").refused.frame > 20);
    expect(board.get("tank.level").quality).not.toBe("good");
    expect(board.get("tank.other")).toMatchObject({ value: 1.5, quality: "good" });
    expect(counters("tame").state).toBe("answering");
  });
});

describe("a device that answers a byte at a time", () => {
  test("is understood when it keeps the time, and given up when it does not", async () => {
    let pauseMs = 1;
    const device = await wilfulDevice((asked, transaction) => {
      const reply = mbapFrame(transaction, asked.unit, cooperate(asked));
      for (const [nth, byte] of reply.entries()) {
        setTimeout(() => asked.socket.destroyed || asked.socket.write(Buffer.from([byte])), nth * pauseMs);
      }
      return null;
    });
    const { board, counters } = pollField(fieldClient(device.port, [gauge("gauge", 1, 20)], quick), module);
    await eventually("it is good", () => board.get("tank.level").quality === "good");
    pauseMs = 10;
    await eventually("it is bad", () => board.get("tank.level").quality === "bad");
    expect(counters("gauge").refused.frame).toBeGreaterThan(0);
  });
});

describe("a device that misses one request", () => {
  test("is asked once more before its next turn, and counted", async () => {
    let count = 0;
    const device = await wilfulDevice((asked) => {
      count += 1;
      return count === 3 ? Buffer.from([asked.pdu[0]! | 0x80, 11]) : cooperate(asked);
    });
    const { board, counters } = pollField(
      fieldClient(device.port, [gauge("gauge", 1, 200)], {
        maxRetries: 2,
        retryIntervalMs: 20,
        responseTimeoutMs: 1000,
      }),
      module,
    );
    await eventually("four requests", () => device.asked.length >= 4);
    const [, second, third, fourth] = device.asked.map(({ atMs }) => atMs) as [number, number, number, number];
    expect(third - second).toBeGreaterThan(150);
    expect(fourth - third).toBeLessThan(150);
    expect(counters("gauge")).toMatchObject({ retries: 1, exceptions: { 11: 1 }, state: "answering" });
    expect(board.get("tank.level").quality).toBe("good");
  });
});

describe("a value that is not renewed", () => {
  test("keeps the time at which it was good", async () => {
    let isSilent = false;
    const device = await wilfulDevice((asked) => (isSilent ? null : cooperate(asked)));
    const config = fieldClient(device.port, [gauge("gauge", 1)], { ...quick, degradeAfter: 4 });
    const { board, counters } = pollField(config, module);
    await eventually("it is good", () => board.get("tank.level").quality === "good");
    await pause(50);
    isSilent = true;
    const before = counters("gauge").timeouts;
    await eventually("it is silent", () => counters("gauge").timeouts > before);
    const { timeMs } = board.get("tank.level");
    await eventually("it is bad", () => board.get("tank.level").quality === "bad");
    expect(board.get("tank.level")).toMatchObject({ value: 1.5, timeMs });
  });
});

describe("two thousand devices on a bus", () => {
  test("are all polled, the dead among them seldom", async () => {
    const many = 250;
    const names = Array.from({ length: many }, (_, nth) => `in p${nth} UINT` as PointText);
    const system = testSystem({ hall: names });
    const device = await wilfulDevice((asked) =>
      asked.unit % 10 === 0 ? Buffer.from([asked.pdu[0]! | 0x80, 11]) : cooperate(asked),
    );
    const devices = names.flatMap((_, nth) =>
      Array.from({ length: 8 }, (_, shelf) =>
        fieldDevice({
          name: `device ${nth}/${shelf}`,
          unitId: nth,
          pollGroups: [{ name: "all", intervalMs: 1000 }],
          mappings: [mapping(refOf(system, `hall.p${nth}`), "inputRegister", shelf, "UINT")],
        }),
      ),
    );
    const { bus } = pollField(
      fieldClient(device.port, devices, { degradeTimeMs: 60_000, responseTimeoutMs: 1000 }),
      system,
    );
    const silent = () => {
      const counters = bus.counters.devices;
      return devices.filter(({ name }) => counters[name]!.answers === 0);
    };
    await eventually("the living answer", () => silent().every(({ unitId }) => unitId % 10 === 0), 10_000);
    const counters = bus.counters.devices;
    const living = devices.filter(({ unitId }) => unitId % 10 !== 0).map(({ name }) => counters[name]!);
    expect(living.filter(({ state, timeouts }) => state !== "answering" || timeouts > 0)).toEqual([]);
  });
});
