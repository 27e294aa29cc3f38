/** Statements about time, against their meaning spelled out over whole traces, and as matchers on a running module. */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Waterworks } from "../plants/waterworks/index.ts";
import { above, below, between, near, Rig } from "./index.ts";
import { always, becomes, eventually, type Judge, until } from "./temporal.ts";

/** What the judge says of a trace whose frames end 1 s apart, its first value being now; null: it needs more of it. */
const verdictOver = (length: number, judge: (now: () => number) => Judge): boolean | null => {
  let frame = 0;
  const ask = judge(() => frame);
  for (; frame < length; frame++) {
    const verdict = ask(frame);
    if (verdict !== "open") return verdict === "true";
  }
  return null;
};

const trace = fc.array(fc.boolean(), { minLength: 30, maxLength: 30 });
const time = fc.integer({ min: 0, max: 9 });

describe("statements about time", () => {
  it("always and eventually mean what they say", () => {
    fc.assert(
      fc.property(trace, time, (p, limit) => {
        const window = p.slice(0, limit + 1);
        expect(verdictOver(30, (now) => always(() => p[now()]!, limit))).toBe(window.every(Boolean));
        expect(verdictOver(30, (now) => eventually(() => p[now()]!, limit))).toBe(window.some(Boolean));
      }),
    );
  });

  it("until holds the one before the other, which comes in time", () => {
    fc.assert(
      fc.property(trace, trace, time, (p, q, limit) => {
        const end = q.indexOf(true);
        const meant = end >= 0 && end <= limit && p.slice(0, end).every(Boolean);
        const judge = (now: () => number) =>
          until(
            () => p[now()]!,
            () => q[now()]!,
            limit,
          );
        expect(verdictOver(30, judge)).toBe(meant);
      }),
    );
  });

  it("becomes: there is a moment in the window from which on it holds long enough", () => {
    fc.assert(
      fc.property(trace, time, time, time, (p, after, more, holdFor) => {
        const within = after + more;
        const starts = p.map((_, start) => start).slice(after, within + 1);
        const meant = starts.some((start) => p.slice(start, start + holdFor + 1).every(Boolean));
        const judge = (now: () => number) => becomes(() => p[now()]!, { after, within, holdFor });
        expect(verdictOver(30, judge)).toBe(meant);
      }),
    );
  });
});

describe("expect(rig)", () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await Rig.boot("configs/waterworks.yaml", {
      plant: new Waterworks({ level: 3.2, demand: 5, pressure: 3.5 }),
    });
  });
  const messageOf = (expectation: () => void): string => {
    try {
      expectation();
    } catch (error) {
      return error instanceof Error ? error.message : "";
    }
    return "it passed";
  };
  afterEach(() => expect(rig.frame).toBeGreaterThan(0));

  it("runs the module until a channel has become something, and for how long it is to stay", () => {
    expect(rig).toBecome("drive.running", true, { within: "20 s" });
    expect(rig).toBecome("boost.pressure", near(4, 0.1), { after: "5 s", within: "60 s", holdFor: "3 s" });
    expect(rig).not.toBecome("boost.pressure", above(6), { within: "1 s" });
    expect(rig).toStayWithin("boost.pressure", [3.8, 4.2], { for: "2 s" });
  });

  it("says what was expected, and the situation in which it could not be any more", () => {
    const message = messageOf(() =>
      expect(rig).toBecome("plant.level", below(1), { within: "500 ms", holdFor: "1 s" }),
    );
    expect(message).toMatch(/^expected, from 0\.000 s on: plant\.level below 1 within 500 ms, for 1 s\n/);
    expect(message).toMatch(/at 0\.500 s of virtual time, frame 25[\s\S]*▸ plant\.level +3\.\d+ {2}m/);
    const other = messageOf(() => expect(rig).not.toStayWithin("plant.level", [0, 9], { for: "100 ms" }));
    expect(other).toMatch(/^not expected, from 0\.500 s on: plant\.level between 0 and 9 for 100 ms\n/);
  });

  it("takes conditions on anything", () => {
    expect(rig).toAlways(() => rig.number("plant.level") > 3, { for: "1 s" });
    expect(rig).toNever(() => rig.isOn("boost.suctionTrip"), { for: "1 s" });
    expect(rig).toEventually(() => rig.number("plant.demand") > 0, { within: "1 s" });
    expect(rig).toHoldUntil(
      () => rig.time < 9,
      () => rig.time > 3,
      { within: "4 s" },
    );
    expect(messageOf(() => expect(rig).toNever(() => rig.time > 4, { for: "3 s" }))).toContain(
      "never for 3 s: () => rig.time > 4",
    );
    expect(() => expect(7).toNever(() => true, { for: "3 s" })).toThrow("expect(rig) is what this matcher is for");
  });
});

describe("conditions on values", () => {
  it("hold for numbers, and for nothing that is not one", () => {
    expect(
      [above(3), below(3), between(3, 4), near(3, 0.5)].map(({ holds }) => [2.9, 3, 3.1, 5n, true].map(holds)),
    ).toEqual([
      [false, false, true, true, false],
      [true, false, false, false, false],
      [false, true, true, false, false],
      [true, true, true, false, false],
    ]);
  });
});
