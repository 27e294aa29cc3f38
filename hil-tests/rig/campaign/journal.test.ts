import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Entry } from "./campaign-run.ts";
import { Journal } from "./journal.ts";

const folder = mkdtempSync(join(tmpdir(), "partita-journal-"));
afterAll(() => rmSync(folder, { recursive: true }));
const header = { campaign: "c", seed: 1, digest: "abc" };
const entry = (index: number): Entry => ({
  ...{ index, outcome: "masked", kinds: ["stuck"], fired: 1, looks: 5, invariant: null },
});

const journalWith = (name: string, entries: readonly Entry[], finished: boolean): string => {
  const path = join(folder, name);
  const journal = new Journal(path, header);
  journal.add(entries);
  journal.close(finished);
  return path;
};

describe("a journal", () => {
  it("brings back what was tried, but for a line that was cut off, and goes on", () => {
    const path = journalWith("stopped", [entry(0), entry(1)], false);
    appendFileSync(path, '{"index":2,"outc');
    const again = new Journal(path, header);
    expect(again.resumed).toEqual([entry(0), entry(1)]);
    again.add([entry(2)]);
    again.close(true);
    expect(readFileSync(path, "utf8").split("\n")).toHaveLength(6);
  });

  it("begins anew after the end, and for another campaign", () => {
    const finished = journalWith("finished", [entry(0)], true);
    expect(new Journal(finished, header).resumed).toEqual([]);
    const others = journalWith("others", [entry(0)], false);
    expect(new Journal(others, { ...header, digest: "abd" }).resumed).toEqual([]);
  });
});
