import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BoardHasEnded, BoardRequests, RequestReader } from "./board-requests.ts";

describe("requests to a board", () => {
  it("arrive in order and whole, however long they are and whenever the board looks", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(150_000), { maxLength: 8 }), fc.nat(3), async (lengths, impatience) => {
        const requests = new BoardRequests();
        const reader = new RequestReader(requests.shared);
        const got: number[] = [];
        const take = (): void => {
          for (const request of reader.take()) {
            if (request.kind === "command" && request.command.kind === "uart") got.push(request.command.bytes.length);
            requests.answered({ id: request.id, frame: got.length, look: null, snapshot: null });
          }
        };
        const frames = lengths.map((length) => {
          if (length % 4 <= impatience) take();
          return requests.order({ kind: "uart", partition: 0, bytes: new Uint8Array(length + 1).fill(length) });
        });
        const timer = setInterval(take, 1);
        expect(await Promise.all(frames)).toEqual(lengths.map((_, at) => at + 1));
        clearInterval(timer);
        expect(got).toEqual(lengths.map((length) => length + 1));
      }),
      { numRuns: 20 },
    );
  });

  it("that no board answers any more are refused", async () => {
    const requests = new BoardRequests();
    const waiting = requests.look();
    requests.ended();
    await expect(waiting).rejects.toThrow(BoardHasEnded);
    await expect(requests.look()).rejects.toThrow(BoardHasEnded);
  });
});
