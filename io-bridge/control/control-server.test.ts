import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createConnection, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { hostClock } from "../../runtime/index.ts";
import { eventually, pause, randomFrom } from "../testing/test-module.ts";
import { ControlClient } from "./control-client.ts";
import type { ControlHandler } from "./control-connection.ts";
import { type ControlServer, startControl } from "./control-server.ts";
import { LONGEST_LINE } from "./protocol.ts";

const folder = mkdtempSync(join(tmpdir(), "partita-control-"));
afterAll(() => rmSync(folder, { recursive: true }));

let number = 0;
const freshPath = (): string => join(folder, `${++number}.control`);

const servers: ControlServer[] = [];
const start = async (path: string, handle: ControlHandler = echo): Promise<ControlServer> => {
  const server = await startControl(path, hostClock, handle);
  servers.push(server);
  return server;
};
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

const echo: ControlHandler = (verb) => ({ ok: true, result: verb });

/** A client that says what it likes. */
const raw = (path: string): { socket: Socket; lines: () => Record<string, unknown>[]; closed: () => boolean } => {
  const socket = createConnection(path);
  let text = "";
  let isClosed = false;
  socket.setEncoding("utf8").on("data", (more) => (text += more));
  socket.on("error", () => {});
  socket.on("close", () => (isClosed = true));
  const lines = () =>
    text
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { socket, lines, closed: () => isClosed };
};

const works = async (path: string): Promise<boolean> => {
  const client = await ControlClient.connect(path);
  const outcome = await client.request("status");
  client.close();
  return outcome?.ok === true;
};

describe("a control socket", () => {
  it("can be opened by its user alone, and is gone when the server stops", async () => {
    const path = freshPath();
    const server = await start(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await server.stop();
    expect(existsSync(path)).toBe(false);
  });

  it("is never shared by two", async () => {
    const path = freshPath();
    await start(path);
    await expect(start(path)).rejects.toThrow(/a module runs with it; stop it/);
    expect(await works(path)).toBe(true);
  });

  it("of a module that died is taken over, by one of several that want it", async () => {
    const path = freshPath();
    await leaveBehind(path);
    const starts = await Promise.allSettled([start(path), start(path), start(path)]);
    expect(starts.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await works(path)).toBe(true);
    expect(existsSync(`${path}.claim`)).toBe(false);
  });

  it("takes no file's place", async () => {
    const path = freshPath();
    writeFileSync(path, "precious");
    await expect(start(path)).rejects.toThrow(/a file lies there/);
    expect(existsSync(path)).toBe(true);
  });

  it("has a path that a socket can have, in a folder that is there", async () => {
    await expect(start(join(folder, "x".repeat(120)))).rejects.toThrow(/a socket's at most 107; give a shorter one/);
    await expect(start(join(folder, "nowhere", "a.control"))).rejects.toThrow(/--control/);
    if (process.getuid?.() === 0) return;
    const closed = mkdtempSync(join(folder, "closed-"));
    chmodSync(closed, 0o500);
    await expect(start(join(closed, "a.control"))).rejects.toThrow(/there can be no control socket/);
  });
});

/** A socket's file at which nobody listens any more, as a process leaves it that is killed. */
const leaveBehind = async (path: string): Promise<void> => {
  const server = createServer().listen(`${path}.dying`);
  await new Promise((resolve) => server.once("listening", resolve));
  const { linkSync } = await import("node:fs");
  linkSync(`${path}.dying`, path);
  await new Promise((resolve) => server.close(resolve));
  expect(existsSync(path)).toBe(true);
};

describe("a client of the control socket", () => {
  it("gets each request answered, in order, under its id", async () => {
    const path = freshPath();
    await start(path, async (verb) => {
      await pause(verb === "slow" ? 30 : 0);
      return { ok: true, result: verb };
    });
    const { socket, lines } = raw(path);
    socket.write('{"partita":1,"id":"a","verb":"slow"}\n{"partita":1,"id":[2],"ver');
    await pause(20);
    socket.write('b":"quick"}\n\n');
    await eventually("both answers", () => lines().length === 2);
    expect(lines()).toEqual([
      { id: "a", ok: true, result: "slow" },
      { id: [2], ok: true, result: "quick" },
    ]);
    socket.destroy();
  });

  it("that sends what is no request is told what one looks like, and may go on", async () => {
    const path = freshPath();
    await start(path);
    const { socket, lines } = raw(path);
    for (const line of ["hello", "[]", "null", '"x"', "{}", '{"partita":2,"id":1,"verb":"a"}', '{"partita":1}']) {
      socket.write(`${line}\n`);
    }
    socket.write(Buffer.from([0xff, 0xfe, 0, 0x0a]));
    socket.write('{"partita":1,"id":9,"verb":"status"}\n');
    await eventually("all answers", () => lines().length === 9);
    expect(lines().map(({ ok }) => ok)).toEqual([...Array(8).fill(false), true]);
    expect(lines()[0]).toMatchObject({
      id: null,
      error: { code: "no-request", hint: expect.stringContaining("verb") },
    });
    expect(lines()[5]).toMatchObject({ id: 1, error: { code: "unknown-version", where: "partita" } });
    socket.destroy();
  });

  it("that never ends its line is hung up on, and nobody else notices", async () => {
    const path = freshPath();
    await start(path);
    const { socket, lines, closed } = raw(path);
    socket.write("x".repeat(LONGEST_LINE + 1));
    await eventually("the end", closed);
    expect(lines()).toMatchObject([{ ok: false, error: { code: "line-too-long" } }]);
    expect(await works(path)).toBe(true);
  });

  it("that sends noise does no harm", async () => {
    const path = freshPath();
    await start(path);
    const random = randomFrom(7);
    for (let i = 0; i < 20; i++) {
      const { socket } = raw(path);
      socket.write(Buffer.from(Array.from({ length: 1 + random(5000) }, () => random(256))));
      if (random(2) === 0) socket.end();
      else setTimeout(() => socket.destroy(), random(20));
    }
    await pause(60);
    expect(await works(path)).toBe(true);
  });

  it("that does not read its answers is not asked for more, and others are served", async () => {
    const path = freshPath();
    let handled = 0;
    await start(path, () => {
      handled += 1;
      return { ok: true, result: "x".repeat(100_000) };
    });
    const deaf = createConnection(path).pause();
    deaf.on("error", () => {});
    for (let i = 0; i < 200; i++) deaf.write(`{"partita":1,"id":${i},"verb":"status"}\n`);
    await pause(100);
    const before = handled;
    expect(before).toBeLessThan(50);
    expect(await works(path)).toBe(true);
    expect(handled).toBe(before + 1);
    deaf.destroy();
  });

  it("beyond the sixteenth is turned away with a reason, until another leaves", async () => {
    const path = freshPath();
    await start(path);
    const clients = Array.from({ length: 16 }, () => raw(path));
    for (const { socket } of clients) socket.write('{"partita":1,"id":1,"verb":"status"}\n');
    await eventually("all served", () => clients.every(({ lines }) => lines().length === 1));
    const late = raw(path);
    await eventually("the refusal", late.closed);
    expect(late.lines()).toMatchObject([{ ok: false, error: { code: "too-many-clients" } }]);
    clients[0]!.socket.destroy();
    await pause(20);
    expect(await works(path)).toBe(true);
    for (const { socket } of clients) socket.destroy();
  });
});
