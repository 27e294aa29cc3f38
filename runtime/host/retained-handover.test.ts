import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { compileProgram } from "../../partitions/st/index.ts";
import { loadSystem, type Partition } from "../index.ts";
import { RetainedExchange } from "./retained-exchange.ts";
import { RetainedHandover } from "./retained-handover.ts";

const folder = mkdtempSync(join(tmpdir(), "partita-handover-"));
afterAll(() => rmSync(folder, { recursive: true }));

const loaded = async (name: string, retained: string) => {
  const config = join(folder, `${name}.yaml`);
  writeFileSync(join(folder, `${name}.st`), `PROGRAM Main VAR RETAIN ${retained} END_VAR END_PROGRAM`);
  writeFileSync(
    config,
    `module: m\npartitions: { a: { program: ${name}.st, memory: 64 KiB } }\nschedules: { normal: { majorFrame: 10 ms, slots: [{ partition: a, start: 0 ms, duration: 1 ms }] } }\n`,
  );
  const system = await loadSystem(config, compileProgram);
  if (!system.ok) throw new Error(JSON.stringify(system.problems));
  return system.system;
};
const offsetOf = ({ areas }: Partition, name: string): number =>
  areas.retained!.variables.find((variable) => variable.name.toUpperCase().endsWith(name))!.offset;

describe("retained data of a program that has replaced the config's", () => {
  it("are handed over as the config's program has them", async () => {
    const system = await loaded("plain", "count : UDINT; hours : UDINT := 7;");
    const better = (await loaded("better", "added : LREAL; count : UDINT;")).partitions[0]!;
    const [was] = system.partitions;
    const exchange = new RetainedExchange(system);
    const handover = new RetainedHandover(system, exchange);
    const retained = new Uint8Array(better.areas.retained!.bytes);
    new DataView(retained.buffer).setUint32(offsetOf(better, "COUNT"), 12345, true);
    handover.handOver([{ partition: better, retained }]);
    const kept = exchange.read(0)!;
    const view = new DataView(kept.buffer);
    expect(kept).toHaveLength(was!.areas.retained!.bytes);
    expect(view.getUint32(offsetOf(was!, "COUNT"), true)).toBe(12345);
    expect(view.getUint32(offsetOf(was!, "HOURS"), true)).toBe(7);
    handover.handOver([{ partition: was!, retained: kept.map((byte) => byte + 1) }]);
    expect(exchange.read(0)).toEqual(kept.map((byte) => byte + 1));
  });
});
