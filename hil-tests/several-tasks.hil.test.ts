/** Two tasks of one partition and the process image that they share (IEC 61131-3 §6.8.2; design.md "At a boundary"). */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Rig } from "./rig/index.ts";

const folder = mkdtempSync(join(tmpdir(), "partita-tasks-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** The slow scan takes some ten slots; it reads its input and writes its outputs at either end. */
const SOURCE = `
VAR_GLOBAL
  setpoint AT %IW0 : INT; limit AT %IW1 : INT;
  first AT %QW0 : INT; second AT %QW1 : INT; quick AT %QW2 : INT; torn AT %QW3 : INT;
END_VAR
PROGRAM Slow
VAR i, busy : DINT; before : INT; END_VAR
VAR_EXTERNAL setpoint, limit, first, second, torn : INT; END_VAR
before := setpoint; first := first + 1;
FOR i := 1 TO 30000 DO busy := busy XOR i; END_FOR;
second := second + 1;
IF before <> setpoint OR before <> limit THEN torn := torn + 1; END_IF;
END_PROGRAM
PROGRAM Quick
VAR_EXTERNAL setpoint, limit, first, second, quick, torn : INT; END_VAR
quick := setpoint;
IF first <> second OR setpoint <> limit THEN torn := torn + 1; END_IF;
END_PROGRAM
CONFIGURATION c RESOURCE r ON PLC
  TASK quickly(INTERVAL := T#1ms, PRIORITY := 0);
  TASK slowly(INTERVAL := T#50ms, PRIORITY := 1);
  PROGRAM q WITH quickly : Quick;
  PROGRAM s WITH slowly : Slow;
END_RESOURCE END_CONFIGURATION`;

writeFileSync(join(folder, "two.st"), SOURCE);
writeFileSync(
  join(folder, "two.yaml"),
  `module: two
partitions: { two: { program: two.st, memory: 128 KiB } }
schedules: { normal: { majorFrame: 1 ms, slots: [ { partition: two, start: 0 ms, duration: 500 us } ] } }
io:
  mqtt:
    - { name: telemetry, broker: embedded, port: 18883, commands: [ two.setpoint, two.limit ] }
`,
);

describe("the process image of two tasks", () => {
  it("is whole for each of them, and for the outside, while inputs change in every slot", async () => {
    const rig = await Rig.boot(join(folder, "two.yaml"));
    let scans = 0;
    for (let frame = 1; frame <= 400; frame++) {
      rig.set("two.setpoint", frame);
      rig.set("two.limit", frame);
      rig.runFrames(1);
      expect(rig.get("two.quick"), "the quick task sees what is new").toBe(frame);
      expect(rig.get("two.second"), "outputs come of whole scans").toBe(rig.get("two.first"));
      if (rig.number("two.first") > scans) scans++;
    }
    expect(scans).toBeGreaterThan(5);
    expect(rig.get("two.torn")).toBe(0);
  });
});
