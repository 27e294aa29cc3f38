import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { systemOf } from "../../hil-tests/laws/systems.ts";
import { createHasher } from "../trace/index.ts";
import { cycles } from "../units.ts";
import { addRun, readObserved, writeObserved } from "./observed-file.ts";

const hasher = await createHasher();
const folder = mkdtempSync(join(tmpdir(), "partita-observed-"));
afterAll(() => rmSync(folder, { recursive: true }));

const systemWith = (image: number) =>
  systemOf({
    partitions: { a: { image: Uint8Array.of(image) }, b: { image: Uint8Array.of(9) } },
    majorFrame: 100,
    slots: [["a", 0, 50]],
  });
const scans = (count: number, least: number, most: number) => ({
  ...{ scans: count, least: cycles(least), most: cycles(most), total: cycles(count * least) },
});

it("adds up the runs of the same images, and forgets what another image did", async () => {
  const path = join(folder, "kept.json");
  const system = systemWith(1);
  expect(await readObserved(path, system, hasher)).toEqual([null, null]);
  const runs = [
    [scans(0, 0, 0), scans(2, 20, 40)],
    [scans(3, 30, 60), scans(5, 25, 35)],
  ];
  for (const run of runs) {
    await writeObserved(path, system, addRun(await readObserved(path, system, hasher), run, system, hasher));
  }
  expect(await readObserved(path, system, hasher)).toMatchObject([
    { partition: "a", runs: 2, ...scans(3, 30, 60) },
    { partition: "b", runs: 2, scans: 7, least: 20, most: 40, total: 165 },
  ]);
  expect(await readObserved(path, systemWith(2), hasher)).toMatchObject([null, { runs: 2 }]);
});

it("says why a file is of no use", async () => {
  const path = join(folder, "other.json");
  for (const [text, reason] of [
    ["{", "it is no JSON"],
    ["{}", "it holds no observations of partita"],
    ['{"format":"partita-observed","version":1,"module":"x"}', "it is of the module x"],
  ] as const) {
    writeFileSync(path, text);
    await expect(readObserved(path, systemWith(1), hasher)).rejects.toThrow(reason);
  }
});
