/** For tests: two serial ports joined by a cable, as socat makes them of two pseudo terminals. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "./test-module.ts";

export class SerialPair {
  readonly #folder = mkdtempSync(join(tmpdir(), "partita-serial-"));
  readonly ours = join(this.#folder, "ours");
  readonly theirs = join(this.#folder, "theirs");
  #socat: ChildProcess | null = null;

  /** Also again, after `cut`. */
  async join(): Promise<void> {
    const ends = [this.ours, this.theirs].map((path) => `pty,raw,echo=0,link=${path}`);
    this.#socat = spawn("socat", ends, { stdio: "ignore" });
    await eventually("both ports are there", () => existsSync(this.ours) && existsSync(this.theirs));
  }

  /** Both ports vanish, as when an adapter is pulled out. */
  async cut(): Promise<void> {
    const socat = this.#socat;
    this.#socat = null;
    if (socat === null) return;
    const gone = new Promise<void>((resolve) => socat.once("exit", () => resolve()));
    socat.kill();
    await gone;
  }

  async remove(): Promise<void> {
    await this.cut();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
