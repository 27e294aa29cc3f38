/** A program under test as its user has it: started, read line by line, asked to stop, and never left behind. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export class Program {
  readonly lines: string[] = [];
  readonly #process: ChildProcess;
  readonly #exit: Promise<Exit>;
  readonly #waiting = new Set<() => void>();
  #ended = false;

  constructor(command: string, args: readonly string[]) {
    this.#process = spawn(command, args, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.#process.stdout!, this.#process.stderr!]) this.#collect(stream);
    this.#exit = new Promise((resolve, reject) => {
      this.#process.once("error", reject);
      this.#process.once("close", (code, signal) => {
        this.#ended = true;
        this.#wake();
        resolve({ code, signal });
      });
    });
  }

  /** The first line, of those so far and those to come, that `pattern` fits. */
  async line(pattern: RegExp, withinMs: number): Promise<string> {
    const deadline = AbortSignal.timeout(withinMs);
    for (let next = 0; ; ) {
      for (; next < this.lines.length; next++) if (pattern.test(this.lines[next]!)) return this.lines[next]!;
      if (deadline.aborted || this.#ended) throw new Error(`no line ${pattern} came, only:\n${this.lines.join("\n")}`);
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
        deadline.addEventListener("abort", () => resolve(), { once: true });
      });
    }
  }

  /** Waits for it to end by itself. */
  get ended(): Promise<Exit> {
    return this.#exit;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Sends a signal, unless it has ended, and waits for its end. */
  async end(signal: NodeJS.Signals = "SIGINT"): Promise<Exit> {
    if (!this.#ended) this.#process.kill(signal);
    return this.#exit;
  }

  #collect(stream: NodeJS.ReadableStream): void {
    let rest = "";
    stream.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      this.lines.push(...lines);
      this.#wake();
    });
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  }
}

const execute = promisify(execFile);

/** What a program printed. @throws with its output when it fails. */
export const output = async (command: string, ...args: string[]): Promise<string> => {
  const { stdout } = await execute(command, args, { cwd: ROOT, timeout: 30_000 });
  return stdout;
};
