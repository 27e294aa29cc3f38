/** A thread that is to run first does so, or the reason is told. */
import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";

/** Of /proc/PID/stat: the scheduling policy, proc(5). */
const POLICY = 41;
const [ORDINARY, FIFO] = [0, 1];

it("a thread is scheduled first-in first-out, or stays as it was and says why", () => {
  const script = [
    `const { scheduleFirst } = await import(${JSON.stringify(new URL("../../dist/runtime/host/real-time.js", import.meta.url).href)});`,
    'const { readFileSync } = await import("node:fs");',
    "const refusal = scheduleFirst();",
    `const policy = Number(readFileSync("/proc/thread-self/stat", "utf8").split(" ")[${POLICY - 1}]);`,
    "console.log(JSON.stringify({ refusal, policy }));",
  ].join("\n");
  const { refusal, policy } = JSON.parse(
    execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" }),
  );
  if (refusal === null) expect(policy).toBe(FIFO);
  else {
    expect(refusal).toMatch(/chrt|Linux/);
    expect(policy).toBe(ORDINARY);
  }
});
