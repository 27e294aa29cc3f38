import { describe, expect, it } from "vitest";
import {
  inspectImage,
  PARTITA_RETURN_CODES,
  parseImage,
  RAM_BASE,
  StandaloneHost,
  VirtualBoard,
} from "../../runtime/board/index.ts";
import { STANDALONE_CLOCK } from "../../runtime/cli/image-run.ts";
import { findVariable, ProgramMemory } from "../../runtime/cli/program-values.ts";
import { cycles, guestAddress } from "../../runtime/units.ts";
import { compile } from "./index.ts";

const SOURCE = `
TYPE Event : STRUCT code : UINT; active : BOOL; level : REAL; END_STRUCT; END_TYPE
PROGRAM Main
  VAR events : QUEUE_SEND; inbox : QUEUE_RECEIVE; out, in : Event; ask, sent, failed, got : BOOL; status, count : UINT; END_VAR
  out.code := out.code + 1;
  out.level := 1.5;
  events(REQ := ask, MESSAGE := out, DONE => sent);
  failed := events.ERROR;
  status := events.STATUS;
  inbox(EN_R := TRUE, MESSAGE := in);
  IF inbox.NDR THEN count := count + 1; END_IF;
  got := inbox.NDR OR inbox.ERROR;
END_PROGRAM`;

/** A host with one queue in each direction, of one message. */
class QueueHost extends StandaloneHost {
  sent: number[][] = [];
  full = false;
  readonly received: Uint8Array[] = [];

  override findPort(): number {
    return ["events", "inbox"].indexOf(this.asked.shift() ?? "");
  }

  /** Names in the order in which the start-up code looks them up. */
  readonly asked = ["events", "inbox"];

  override send(...[port, message]: [number?, Uint8Array?]): number {
    expect(port).toBe(0);
    if (this.full) return PARTITA_RETURN_CODES.NOT_AVAILABLE;
    this.sent.push([...(message ?? [])]);
    return PARTITA_RETURN_CODES.NO_ERROR;
  }

  override receive(...[port, into]: [number?, Uint8Array?]): number {
    expect(port).toBe(1);
    const message = this.received.shift();
    if (message === undefined) return -PARTITA_RETURN_CODES.NOT_AVAILABLE;
    into?.set(message);
    return message.length;
  }
}

const start = () => {
  const compiled = compile(SOURCE, { file: "t.st" });
  if (!compiled.ok) throw new Error("it does not compile");
  const image = parseImage(compiled.elf);
  if ("problem" in image) throw new Error(image.problem);
  const host: QueueHost = new QueueHost({
    requestStop: () => {},
    raiseError: () => {},
    publishOutputs: () => board.requestStop(),
  });
  const areas = { input: null, output: null, retained: null };
  const board: VirtualBoard = new VirtualBoard({
    image,
    areas,
    memoryBytes: 1 << 20,
    clock: STANDALONE_CLOCK,
    partita: host,
    transmit: () => {},
  });
  const memory = new ProgramMemory(board.ram, RAM_BASE);
  let now = 0;
  const place = (name: string) => findVariable(compiled.program, name)!;
  return {
    host,
    manifest: inspectImage(compiled.elf),
    scan: (ask: boolean) => {
      memory.write(place("ask"), ask ? "TRUE" : "FALSE");
      board.ramChanged(guestAddress(place("ask").address), 1);
      expect(board.run(cycles(now), cycles(10_000_000))).toBe("stopped");
      now += board.used;
    },
    read: (...names: string[]) => names.map((name) => memory.read(place(name))),
  };
};

describe("queuing ports of a program", () => {
  it("stand in the manifest under the names of their instances", () => {
    expect(start().manifest).toMatchObject({
      manifest: {
        ports: [
          { name: "events", direction: "source", messageBytes: 8 },
          { name: "inbox", direction: "destination", messageBytes: 8 },
        ],
      },
    });
  });

  it("send one message on each rising edge, and say when the queue was full", () => {
    const { host, scan, read } = start();
    scan(true);
    expect(host.sent).toEqual([[1, 0, 0, 0, 0, 0, 0xc0, 0x3f]]);
    expect(read("sent", "failed", "status")).toEqual([true, false, 0]);
    scan(true);
    expect(host.sent).toHaveLength(1);
    expect(read("sent")).toEqual([false]);
    scan(false);
    host.full = true;
    scan(true);
    expect(read("sent", "failed", "status")).toEqual([false, true, PARTITA_RETURN_CODES.NOT_AVAILABLE]);
  });

  it("receive at most one message a scan; an empty queue is no error", () => {
    const { host, scan, read } = start();
    scan(false);
    expect(read("got", "count")).toEqual([false, 0]);
    host.received.push(new Uint8Array([9, 0, 1, 0, 0, 0, 0x20, 0x41]), new Uint8Array([10, 0, 0, 0, 0, 0, 0, 0]));
    scan(false);
    expect(read("got", "count", "in")).toEqual([true, 1, { code: 9, active: true, level: 10 }]);
    scan(false);
    expect(read("count", "in.code")).toEqual([2, 10]);
  });
});
