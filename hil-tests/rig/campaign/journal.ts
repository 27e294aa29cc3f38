/** A campaign's journal: a line of JSON a trial, so that one that was stopped goes on where it was. */
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { Entry } from "./campaign-run.ts";

/** What all trials of a journal have in common: of another campaign nothing can be taken over. */
export interface JournalHeader {
  readonly campaign: string;
  readonly seed: number;
  /** Of the campaign file, the config and the images. */
  readonly digest: string;
}

export class Journal {
  readonly #file: number;
  /** Trials that were made before. */
  readonly resumed: readonly Entry[];

  /** Goes on with the one at `path` when it is of the same campaign and was not finished; else begins it anew. */
  constructor(path: string, header: JournalHeader) {
    const [before, ...lines] = existsSync(path) ? readFileSync(path, "utf8").split("\n") : [];
    const entries = before === JSON.stringify(header) ? entriesOf(lines) : null;
    mkdirSync(dirname(path), { recursive: true });
    this.resumed = entries ?? [];
    this.#file = openSync(path, "w");
    this.#write([header, ...this.resumed]);
  }

  add(entries: readonly Entry[]): void {
    this.#write(entries);
  }

  /** @param finished nothing is left to go on with. */
  close(finished: boolean): void {
    if (finished) this.#write([FINISHED]);
    closeSync(this.#file);
  }

  #write(values: readonly object[]): void {
    writeSync(this.#file, values.map((value) => `${JSON.stringify(value)}\n`).join(""));
  }
}

const FINISHED = { finished: true };

/** null: there is nothing to go on with. The last line may have been cut off. */
const entriesOf = (lines: readonly string[]): readonly Entry[] | null => {
  const whole = lines.slice(0, -1);
  return whole.includes(JSON.stringify(FINISHED)) ? null : whole.map((line) => JSON.parse(line));
};
