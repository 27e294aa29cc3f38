import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { writeSchedule } from "./write-schedule.ts";

const SCHEDULE = {
  name: "normal",
  majorFrame: "20 ms",
  slots: [
    { partition: "intake", start: "0 ms", duration: "4 ms" },
    { partition: "drive", start: "10.5 ms", duration: "1 ms", hart: 1 },
  ],
};
const LINES = `- { partition: intake, start: 0 ms,    duration: 4 ms }
- { partition: drive,  start: 10.5 ms, duration: 1 ms, hart: 1 }
`;
const indented = (by: number): string => LINES.replaceAll(/^-/gm, `${" ".repeat(by)}-`);

describe("writing a schedule", () => {
  it("replaces the slots and the major frame, and nothing else", () => {
    const text = `# mine
module: m
schedules:
  normal:   # by day
    majorFrame: 10 ms   # for now
    # the table
    slots:
      - { partition: a, start: 0 ms, duration: 1 ms }  # first
      - partition: b
        start: 2 ms
        duration: 1 ms

# below
io: {}
`;
    expect(writeSchedule(text, SCHEDULE)).toBe(`# mine
module: m
schedules:
  normal:   # by day
    majorFrame: 20 ms   # for now
    # the table
    slots:
${indented(6)}
# below
io: {}
`);
  });

  it.each([
    ["a list in brackets", "schedules:\n  normal:\n    majorFrame: 1 ms\n    slots: []\nio: {}\n"],
    ["slots that are not there", "schedules:\n  normal:\n    majorFrame: 1 ms\nio: {}\n"],
    ["a schedule that is not there", "schedules:\n  night:\n    majorFrame: 1 ms\n    slots: []\n\n# end\nio: {}\n"],
    ["no schedules", "module: m"],
    [
      "a list as deep as its key",
      "schedules:\n  normal:\n    slots:\n    - { partition: a, start: 0 ms, duration: 1 ms }\n    majorFrame: 1 ms\n",
    ],
  ])("works with %s", (_, text) => {
    const written = writeSchedule(text, SCHEDULE);
    const { schedules, ...others } = parse(written ?? "");
    expect(schedules.normal).toEqual({ majorFrame: "20 ms", slots: SCHEDULE.slots });
    const { schedules: before, ...othersBefore } = parse(text);
    expect(others).toEqual(othersBefore);
    expect(schedules.night).toEqual(before?.night);
  });

  it.each([
    ["flow mappings", "schedules: { normal: { majorFrame: 1 ms, slots: [] } }\n"],
    ["an alias", "a: &a\n  majorFrame: 1 ms\n  slots: []\nschedules:\n  normal: *a\n"],
    ["a list", "- a\n"],
  ])("does not touch %s", (_, text) => {
    expect(writeSchedule(text, SCHEDULE)).toBeNull();
  });

  it("keeps the comments of the waterworks", () => {
    const text = readFileSync(new URL("../../configs/waterworks.yaml", import.meta.url), "utf8");
    const written = writeSchedule(text, SCHEDULE)!;
    const comments = (of: string): string[] => of.match(/#.*/g) ?? [];
    expect(comments(written)).toEqual(comments(text));
  });
});
