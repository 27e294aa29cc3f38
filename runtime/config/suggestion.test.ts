import { describe, expect, it } from "vitest";
import { didYouMean, nearest } from "./suggestion.ts";

describe("did you mean", () => {
  it.each([
    ["durration", "duration"],
    ["pmup", "pump"],
    ["INTAKE", "intake"],
    ["maxLatenes", "maxLateness"],
    ["levl", "level"],
  ])("takes %s for %s", (written, meant) => {
    expect(nearest(written, ["duration", "pump", "intake", "maxLateness", "level"])).toBe(meant);
  });

  it("does not guess what is too far away", () => {
    expect(nearest("temperature", ["pump", "level"])).toBeNull();
    expect(nearest("x", [])).toBeNull();
  });

  it("takes the beginning of one name for that name", () => {
    expect(didYouMean("in", ["input", "output"], "directions")).toBe('did you mean "input"?');
    expect(didYouMean("speed", ["speed_setpoint", "power"], "variables")).toBe('did you mean "speed_setpoint"?');
    expect(didYouMean("speed", ["speed_setpoint", "speed_measured"], "variables")).toMatch(/^variables: /);
    expect(didYouMean("s", ["speed_setpoint", "power"], "variables")).toMatch(/^variables: /);
  });

  it("lists what there is instead, but not without end", () => {
    expect(didYouMean("temperature", ["pump", "level"], "points")).toBe("points: pump, level");
    expect(didYouMean("temperature", [], "points")).toBe("there are no points");
    const many = Array.from({ length: 30 }, (_, index) => `name${index}`);
    expect(didYouMean("temperature", many, "points")).toMatch(/name11, …$/);
    expect(didYouMean("temperature", many, "points", 2)).toBe("points: name0, name1, …");
  });
});
