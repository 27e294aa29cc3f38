import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { afterEach, describe, expect, test } from "vitest";
import { BoardFigures, hostClock, type NetworkListener } from "../../runtime/index.ts";
import { startBridge } from "../bridge.ts";
import { Authority } from "../testing/certificates.ts";
import { eventually, logBook, randomFrom, TestBoard, testSystem } from "../testing/test-module.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const PLAIN: NetworkListener = {
  ...{ host: "127.0.0.1", port: 0, allowFrom: null, allowFile: null, tls: null, isExposed: false },
};

/** A clock that a test can put forward. */
const steppedClock = () => {
  let aheadMs = 0;
  return {
    nowMs: () => hostClock.nowMs() + aheadMs,
    monotonicMs: () => hostClock.monotonicMs() + aheadMs,
    advance: (ms: number) => {
      aheadMs += ms;
    },
  };
};

const watched = async (more: Partial<NetworkListener> = {}, clock = steppedClock()) => {
  const system = testSystem({ pump: ["out flow REAL"], tank: ["in level REAL"] }, { metrics: { ...PLAIN, ...more } });
  const figures = new BoardFigures(system);
  const board = new TestBoard(system, hostClock);
  const { log, lines } = logBook();
  const bridge = await startBridge({ system, exchange: board.exchange, figures, clock, log });
  cleanups.push(
    () => board.stop(),
    () => bridge.stop(),
  );
  const { port } = bridge.listening().find(({ kind }) => kind === "metrics")!;
  const runs = (frames: number, modes: readonly ("NORMAL" | "WARM_START")[]): void => {
    figures.tellOf(
      system.partitions.map((partition, index) => ({
        ...{ partition, mode: modes[index]!, suspended: false, errors: 0, offered: null!, points: null!, forces: [] },
        ...{ timeUse: { given: 0, idle: 0 } as never, ram: new Uint8Array(), retained: new Uint8Array() },
        observed: { scans: frames, least: 0, most: 0, total: 0 } as never,
      })),
    );
    figures.tellTime(frames, (10_000 * frames) as never);
  };
  return { system, figures, bridge, port, lines, clock, runs };
};

const get = (port: number, path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`http://127.0.0.1:${port}${path}`, init);

const missing = async (port: number, path: string) => {
  const response = await get(port, path);
  const { missing } = (await response.json()) as { missing: readonly string[] };
  return { status: response.status, missing };
};

/** What a server sends to bytes that are no business of an HTTP library. */
const answerTo = (port: number, bytes: string | Buffer, patienceMs = 300): Promise<string> =>
  new Promise((resolve) => {
    let answer = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    const timer = setTimeout(() => socket.destroy(), patienceMs);
    socket.on("data", (chunk) => {
      answer += chunk.toString("latin1");
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      clearTimeout(timer);
      resolve(answer);
    });
  });

describe("the server of metrics", () => {
  test("shows what the board tells of itself, and what the bridge has counted", async () => {
    const { port, figures, runs } = await watched();
    runs(7, ["NORMAL", "WARM_START"]);
    figures.errorOccurred(1, "DEADLINE_MISSED");
    figures.lateness[0]!.add(100);
    const response = await get(port, "/metrics");
    expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    const lines = (await response.text()).split("\n");
    for (const line of [
      "partita_frames_total 7",
      'partita_scans_total{partition="tank"} 7',
      'partita_partition_mode{partition="tank",mode="WARM_START"} 1',
      'partita_partition_mode{partition="tank",mode="NORMAL"} 0',
      'partita_health_errors_total{partition="tank",error="DEADLINE_MISSED"} 1',
      'partita_slot_lateness_seconds_bucket{hart="0",le="0.000064"} 0',
      'partita_slot_lateness_seconds_bucket{hart="0",le="0.000128"} 1',
      'partita_slot_lateness_seconds_sum{hart="0"} 0.0001',
    ]) {
      expect(lines).toContain(line);
    }
  });

  test("says that the module is ready when it runs, and all its partitions are NORMAL", async () => {
    const { port, runs, bridge } = await watched();
    expect(await missing(port, "/readyz")).toEqual({ status: 503, missing: ["the board has not started yet"] });
    runs(1, ["NORMAL", "WARM_START"]);
    expect(await missing(port, "/readyz")).toEqual({ status: 503, missing: ["partition tank is in WARM_START"] });
    runs(2, ["NORMAL", "NORMAL"]);
    expect(await missing(port, "/readyz")).toEqual({ status: 200, missing: [] });
    await bridge.stop();
    await expect(get(port, "/readyz")).rejects.toThrow();
  });

  test("says that the module lives as long as its frames advance", async () => {
    const { port, runs, clock } = await watched();
    clock.advance(60_000); // while it starts, nothing can be said against it
    expect(await missing(port, "/healthz")).toEqual({ status: 200, missing: [] });
    runs(1, ["NORMAL", "NORMAL"]);
    await eventually("the frame is noticed", async () => (await missing(port, "/healthz")).status === 200);
    clock.advance(60_000);
    const { status, missing: what } = await missing(port, "/healthz");
    expect(status).toBe(503);
    expect(what).toEqual([expect.stringMatching(/^the board has ended no frame for (59|60|61) s$/)]);
    expect((await missing(port, "/readyz")).status).toBe(503);
    runs(2, ["NORMAL", "NORMAL"]);
    expect((await missing(port, "/healthz")).status).toBe(200);
  });

  test("answers GET and HEAD on its three paths, and nothing else", async () => {
    const { port } = await watched();
    const head = await get(port, "/metrics", { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
    expect(Number(head.headers.get("content-length"))).toBeGreaterThan(1000);
    expect((await get(port, "/metrics?from=prometheus")).status).toBe(200);
    expect((await get(port, "/")).status).toBe(404);
    const post = await get(port, "/metrics", { method: "POST", body: "x".repeat(100_000) });
    expect([post.status, post.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
    const withBody = "GET /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello";
    expect(await answerTo(port, withBody)).toMatch(/^HTTP\/1.1 413 /);
    expect(await answerTo(port, `GET /${"x".repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`)).toMatch(/^HTTP\/1.1 431 /);
  });

  test("closes connections that make no request, finish none or read no answer, and lets in only so many", async () => {
    const { port, clock, lines } = await watched();
    const ends: Promise<void>[] = [];
    for (const bytes of ["", "GET /metr", "GET /metrics HTTP/1.1\r\nHost: a\r\nX: ", "x"]) {
      const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
      socket.on("error", () => undefined).resume();
      ends.push(new Promise((resolve) => socket.on("close", () => resolve())));
    }
    const many = Array.from({ length: 20 }, () =>
      connect(port, "127.0.0.1")
        .on("error", () => undefined)
        .resume(),
    );
    cleanups.push(() => {
      for (const socket of many) socket.destroy();
    });
    await eventually("some are refused", () =>
      lines.some(({ message }) => message === "metrics: too many connections"),
    );
    clock.advance(31_000);
    await Promise.all(ends);
    await eventually(
      "there is room again",
      async () => (await get(port, "/metrics").catch(() => null))?.status === 200,
    );
  });

  test("with TLS shows itself only to who has a certificate, and goes by new files after a reload", async () => {
    const authority = await new Authority().create();
    cleanups.push(() => authority.remove());
    const [own, prometheus] = [await authority.issue("metrics"), await authority.issue("prometheus")];
    const tls = { certificatePath: own.certificate, keyPath: own.key, caPath: authority.certificate };
    const { port, bridge, lines } = await watched({ tls });
    const ask = (identity: object): Promise<{ status: number | undefined; subject: string }> =>
      new Promise((resolve, reject) => {
        const ca = readFileSync(authority.certificate);
        const options = { host: "127.0.0.1", port, path: "/healthz", ca, agent: false, ...identity };
        const asking = request(options, (response) => {
          const { subject } = (response.socket as TLSSocket).getPeerCertificate();
          response.resume();
          resolve({ status: response.statusCode, subject: String(subject.CN) });
        });
        asking.on("error", reject).end();
      });
    const known = { cert: readFileSync(prometheus.certificate), key: readFileSync(prometheus.key) };
    expect(await ask(known)).toEqual({ status: 200, subject: "metrics" });
    await expect(ask({})).rejects.toThrow();
    const other = await authority.issue("renewed");
    writeFileSync(own.certificate, readFileSync(other.certificate));
    writeFileSync(own.key, readFileSync(other.key));
    await bridge.reload();
    expect(lines.at(-1)?.message).toBe("metrics: changed files read");
    expect((await ask(known)).subject).toBe("renewed");
  });

  test("lets in only those on its list, as it is now", async () => {
    const folder = mkdtempSync(join(tmpdir(), "partita-metrics-"));
    cleanups.push(() => rmSync(folder, { recursive: true }));
    const allowFile = join(folder, "allowed");
    writeFileSync(allowFile, "10.0.0.0/8\n");
    const { port, bridge } = await watched({ allowFile });
    await expect(get(port, "/metrics")).rejects.toThrow();
    writeFileSync(allowFile, "127.0.0.0/8\n");
    await bridge.reload();
    expect((await get(port, "/metrics")).status).toBe(200);
  });

  test("survives garbage, half requests, floods and resets, and others get their answers meanwhile", async () => {
    const { port } = await watched();
    const below = randomFrom(7);
    const WHOLE = "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n";
    const kinds = [
      () => Buffer.from(Array.from({ length: 1 + below(200) }, () => below(256))),
      () => WHOLE.slice(0, 1 + below(WHOLE.length)),
      () => WHOLE.repeat(1 + below(50)),
      () => `${["PUT", "CONNECT", "TRACE", "XYZ"][below(4)]} /metrics HTTP/1.1\r\nHost: a\r\n\r\n`,
      () => "GET /metrics HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n",
      () => "GET /metrics HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
      () => `GET /metrics HTTP/1.1\r\nHost: a\r\n${"a: b\r\n".repeat(below(3000))}\r\n`,
      () => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ];
    for (let round = 0; round < 60; round += 1) {
      await Promise.all(Array.from({ length: 8 }, () => answerTo(port, kinds[below(kinds.length)]!(), 5 + below(20))));
      expect((await get(port, "/healthz")).status).toBe(200);
    }
  });
});
