/** One client of the control socket: its requests are answered one after the other, and only as fast as it reads. */
import type { Socket } from "node:net";
import { LineReader } from "./line-reader.ts";
import { type ControlAnswer, type ControlOutcome, LONGEST_LINE, parseRequest, refusal } from "./protocol.ts";

/** What answers the requests; must not reject. */
export type ControlHandler = (
  verb: string,
  members: Readonly<Record<string, unknown>>,
) => Promise<ControlOutcome> | ControlOutcome;

/** A client that says nothing for so long is gone. */
const IDLE_MS = 60_000;

export class ControlConnection {
  readonly #socket: Socket;
  readonly #handle: ControlHandler;
  readonly #reader = new LineReader(LONGEST_LINE);

  constructor(socket: Socket, handle: ControlHandler) {
    this.#socket = socket;
    this.#handle = handle;
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    // A peer that goes away in the midst of something has closed its connection, no more.
    socket.on("error", () => socket.destroy());
    socket.on("data", (arrived) => void this.#answerAll(this.#reader.add(arrived)));
  }

  /** Says why there is nothing to be had here, and hangs up. */
  static turnAway(socket: Socket, code: string, what: string, hint: string): void {
    socket.on("error", () => socket.destroy());
    socket.removeAllListeners("data");
    socket.end(lineOf({ id: null, ...refusal(code, what, null, hint) }));
    socket.destroySoon();
  }

  close(): void {
    this.#socket.destroySoon();
  }

  /** Nothing is read meanwhile: what a client sends ahead waits in its own buffers. */
  async #answerAll(lines: readonly string[] | null): Promise<void> {
    if (lines === null) {
      const hint = `a request has at most ${LONGEST_LINE} bytes, and ends with a newline`;
      return ControlConnection.turnAway(this.#socket, "line-too-long", "the line is too long", hint);
    }
    this.#socket.pause();
    for (const line of lines) {
      if (line.trim() === "") continue;
      if (!this.#socket.writable) break;
      await this.#send(await this.#answer(line));
    }
    this.#socket.resume();
  }

  async #answer(line: string): Promise<ControlAnswer> {
    const request = parseRequest(line);
    return "ok" in request ? request : { id: request.id, ...(await this.#handle(request.verb, request.members)) };
  }

  /** Resolves when the client has taken the answer, or is gone. */
  async #send(answer: ControlAnswer): Promise<void> {
    if (this.#socket.write(lineOf(answer))) return;
    await new Promise<void>((resolve) => {
      this.#socket.once("drain", resolve);
      this.#socket.once("close", () => resolve());
    });
  }
}

const lineOf = (answer: ControlAnswer): string => `${JSON.stringify(answer)}\n`;
