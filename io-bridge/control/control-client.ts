/** The other end of a control socket: sends one request after the other, and waits for each answer. */
import { createConnection, type Socket } from "node:net";
import { LineReader } from "./line-reader.ts";
import { type ControlOutcome, type Json, objectOf, PROTOCOL_VERSION } from "./protocol.ts";

/** Nobody answers at the socket. `code` as Node has it: ENOENT, ECONNREFUSED, EACCES. */
export class CannotConnect extends Error {
  override readonly name = "CannotConnect";
  readonly code: string;

  constructor(path: string, error: NodeJS.ErrnoException) {
    super(`${path}: ${error.message}`);
    this.code = error.code ?? "";
  }
}

/** An answer may be longer than a request. */
const LONGEST_ANSWER = 1 << 26;

export class ControlClient {
  readonly #socket: Socket;
  readonly #reader = new LineReader(LONGEST_ANSWER);
  readonly #answers: ControlOutcome[] = [];
  #wake = (): void => {};
  #isOver = false;
  #lastId = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (arrived) => {
      for (const line of this.#reader.add(arrived) ?? []) this.#answers.push(outcomeOf(line));
      this.#wake();
    });
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      this.#isOver = true;
      this.#wake();
    });
  }

  /** @throws CannotConnect */
  static connect(path: string): Promise<ControlClient> {
    return new Promise((resolve, reject) => {
      const socket = createConnection(path);
      const fail = (error: NodeJS.ErrnoException): void => reject(new CannotConnect(path, error));
      socket.once("error", fail);
      socket.once("connect", () => {
        socket.off("error", fail);
        resolve(new ControlClient(socket));
      });
    });
  }

  /** @returns null: the module hung up. Not to be called again before it resolved. */
  async request(verb: string, members: Readonly<Record<string, Json>> = {}): Promise<ControlOutcome | null> {
    this.#lastId += 1;
    this.#socket.write(`${JSON.stringify({ partita: PROTOCOL_VERSION, id: this.#lastId, verb, ...members })}\n`);
    while (this.#answers.length === 0 && !this.#isOver) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.#answers.shift() ?? null;
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** A module of the same version sends nothing else. */
const outcomeOf = (line: string): ControlOutcome => {
  const answer = objectOf(line);
  if (answer === null || typeof answer.ok !== "boolean") throw new Error(`the module answered ${line.slice(0, 80)}`);
  return answer as ControlOutcome & Record<string, unknown>;
};
