/** The controller on the rig: its module in virtual time, wired to the model of the tank. */
import { rigTest } from "partita/rig";
import { expect, it } from "vitest";
import { Tank } from "./tank.ts";

const plant = () => new Tank();
const alias = { level: "plant.level", pump: "control.pump" };

it(
  "[REQ-TANK-1] keeps the level between 0.95 m and 2.05 m while water is drawn",
  rigTest("module.yaml", { plant, alias }, (rig) => {
    rig.capture(["level", "pump"], { every: "1 s" });
    expect(rig).toStayWithin("level", [0.95, 2.05], { for: "5 min" });
  }),
);

it(
  "[REQ-TANK-2] stops the pump when the tank's device falls silent",
  rigTest("module.yaml", { plant, alias }, (rig) => {
    rig.set("level", 0.5);
    expect(rig).toBecome("pump", true, { within: "1 s" });
    rig.inject({ kind: "silence", device: "tank" });
    expect(rig).toBecome("pump", false, { within: "1 s", holdFor: "10 s" });
  }),
);
