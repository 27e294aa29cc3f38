/** Clones of partitions with ports: they hear what their originals hear, reach nobody, and hold nobody up. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Rig } from "./rig/index.ts";

const SENDER = `
PROGRAM Sender
  VAR sent AT %Q* : UDINT; refused AT %Q* : UDINT; out : QUEUE_SEND; n : UDINT; END_VAR
  out(REQ := FALSE, MESSAGE := n);
  n := n + 1;
  out(REQ := TRUE, MESSAGE := n);
  IF out.ERROR THEN refused := refused + 1; ELSE sent := sent + 1; END_IF;
END_PROGRAM`;

const RECEIVER = `
PROGRAM Receiver
  VAR received AT %Q* : UDINT; last AT %Q* : UDINT; inbox : QUEUE_RECEIVE; message : UDINT; END_VAR
  inbox(EN_R := TRUE, MESSAGE := message);
  IF inbox.NDR THEN received := received + 1; last := message; END_IF;
END_PROGRAM`;

const module = (clones: string) => `
module: copies
partitions:
  sender: { program: sender.st, memory: 64 KiB }
  receiver: { program: receiver.st, memory: 64 KiB }
${clones}
schedules:
  normal:
    majorFrame: 20 ms
    slots:
      - { partition: sender, start: 0 ms, duration: 2 ms }
      - { partition: receiver, start: 4 ms, duration: 2 ms }
${clones === "" ? "" : "      - { partition: shadow, start: 8 ms, duration: 2 ms }\n      - { partition: double, start: 12 ms, duration: 2 ms }"}
channels:
  - { type: queuing, from: sender.out, to: receiver.inbox, depth: 2, maxMessageSize: 4 B }
`;

const folder = mkdtempSync(join(tmpdir(), "partita-copies-"));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, "sender.st"), SENDER);
writeFileSync(join(folder, "receiver.st"), RECEIVER);
const boot = (name: string, clones: string): Promise<Rig> => {
  const path = join(folder, `${name}.yaml`);
  writeFileSync(path, module(clones));
  return Rig.boot(path);
};
const CLONES = "clones: [{ of: receiver, name: shadow }, { of: receiver, name: idle }, { of: sender, name: double }]";

describe("a clone of a partition with ports", () => {
  it("receives what its original receives, and what it sends reaches nobody", async () => {
    const rig = await boot("clones", CLONES);
    rig.runFor("200 ms");
    expect(rig.number("receiver.received")).toBeGreaterThan(7);
    expect(rig.number("receiver.last")).toBe(rig.number("receiver.received"));
    expect(rig.get("shadow.received")).toBe(rig.get("receiver.received"));
    expect(rig.get("shadow.last")).toBe(rig.get("receiver.last"));
    expect(rig.get("double.sent")).toBe(rig.get("sender.sent"));
    expect([rig.get("sender.refused"), rig.get("idle.received")]).toEqual([0, 0]);
  });

  it("changes nothing for those it is a clone of", async () => {
    const [alone, among] = [await boot("alone", ""), await boot("clones", CLONES)];
    for (const rig of [alone, among]) rig.runFor("200 ms");
    const { sender, receiver } = among.hashes();
    expect(alone.hashes()).toEqual({ sender, receiver });
  });
});
