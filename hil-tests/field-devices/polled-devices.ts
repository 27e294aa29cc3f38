/**
 * Many field devices to be polled, as a process of its own: each answers reads of registers on a port of its own, and notes when
 * it was asked. `polled-devices.js FIRST_PORT COUNT`; sends "listening" when it does, and at each message its `PollLog`.
 */
import { createServer, type Socket } from "node:net";
import { hostClock } from "../../runtime/index.ts";

/** Of each device, when its first block was asked for since the message before: milliseconds of one clock. */
export type PollLog = readonly (readonly number[])[];

const [, , firstPort, count] = process.argv.map(Number);
const askedAtMs: number[][] = Array.from({ length: count! }, () => []);

/** Transaction, protocol, length, unit, function, address, quantity. */
const REQUEST_BYTES = 12;

const serve = (socket: Socket, device: number): void => {
  socket.setNoDelay(true);
  socket.on("error", () => socket.destroy());
  let pending: Buffer = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    for (; pending.length >= REQUEST_BYTES; pending = pending.subarray(REQUEST_BYTES)) {
      const request = pending.subarray(0, REQUEST_BYTES);
      if (request.readUInt16BE(8) === 0) askedAtMs[device]!.push(hostClock.monotonicMs());
      socket.write(answerTo(request));
    }
  });
};

const answerTo = (request: Buffer): Buffer => {
  const bytes = 2 * request.readUInt16BE(10);
  const answer = Buffer.alloc(9 + bytes);
  request.copy(answer, 0, 0, 8);
  answer.writeUInt16BE(3 + bytes, 4);
  answer[8] = bytes;
  for (let at = 9; at < answer.length; at += 4) answer.writeFloatBE(hostClock.monotonicMs() % 1000, at);
  return answer;
};

await Promise.all(
  askedAtMs.map(
    (_, device) =>
      new Promise<void>((resolve) => {
        createServer((socket) => serve(socket, device)).listen(firstPort! + device, "127.0.0.1", resolve);
      }),
  ),
);
process.on("message", () => {
  const log: PollLog = askedAtMs.map((times) => times.splice(0));
  process.send?.(log);
});
process.on("disconnect", () => process.exit());
process.send?.("listening");
