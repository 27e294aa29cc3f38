/** Puts a slot table into a config's text, and leaves every other character of it alone: comments and layout are the user's. */
import { isDeepStrictEqual } from "node:util";
import { type Document, isCollection, isMap, isScalar, type Node, parseDocument, type YAMLMap } from "yaml";

/** As a config writes it. */
export interface WrittenSlot {
  readonly partition: string;
  readonly start: string;
  readonly duration: string;
  /** Left out where 0. */
  readonly hart?: number;
}

export interface WrittenSchedule {
  readonly name: string;
  readonly majorFrame: string;
  readonly slots: readonly WrittenSlot[];
}

interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/**
 * Replaces `majorFrame` and `slots` of the schedule of that name, or adds what is not there. @returns the new text; null when it
 * is laid out so that this cannot be done by replacing a part of it.
 */
export const writeSchedule = (text: string, schedule: WrittenSchedule): string | null => {
  const document = parseDocument(text);
  const edits = editsFor(document, text, schedule);
  if (edits === null) return null;
  const edited = [...edits]
    .sort((a, b) => b.from - a.from)
    .reduce((all, { from, to, text: by }) => all.slice(0, from) + by + all.slice(to), text);
  return isAsMeant(document, parseDocument(edited), schedule) ? edited : null;
};

const editsFor = (document: Document.Parsed, text: string, schedule: WrittenSchedule): readonly Edit[] | null => {
  if (!isMap(document.contents)) return null;
  const schedules = document.get("schedules", true);
  if (!isBlockMap(schedules)) {
    if (document.has("schedules")) return null;
    return [insertion(text.length, `${text.endsWith("\n") ? "" : "\n"}\nschedules:\n${whole(schedule, "  ")}`)];
  }
  const own = schedules.get(schedule.name, true);
  const indent = indentOf(schedules, text);
  if (!isBlockMap(own)) {
    return schedules.has(schedule.name) ? null : [insertion(lineAfter(schedules, text), whole(schedule, indent))];
  }
  return [edit(own, text, "majorFrame", schedule.majorFrame), editSlots(own, text, schedule.slots)];
};

const isBlockMap = (node: unknown): node is YAMLMap => isMap(node) && node.flow !== true && node.items.length > 0;

const insertion = (at: number, text: string): Edit => ({ from: at, to: at, text });

const startOf = (node: unknown): number => (node as Node).range![0];

const indentOf = (map: YAMLMap, text: string): string => {
  const start = startOf(map.items[0]!.key);
  return " ".repeat(start - (text.lastIndexOf("\n", start - 1) + 1));
};

/** Where the line behind the last thing in a node begins. */
const lineAfter = (node: Node, text: string): number => {
  const end = text.slice(0, node.range![1]).trimEnd().length;
  const newline = text.indexOf("\n", end);
  return newline < 0 ? text.length : newline + 1;
};

/** The value of a key that is there, or the key in front of all others. */
const edit = (map: YAMLMap, text: string, key: string, value: string): Edit => {
  const node = map.get(key, true);
  if (isScalar(node)) return { from: node.range![0], to: node.range![1], text: value };
  return insertion(startOf(map.items[0]!.key), `${key}: ${value}\n${indentOf(map, text)}`);
};

const editSlots = (map: YAMLMap, text: string, slots: readonly WrittenSlot[]): Edit => {
  const indent = indentOf(map, text);
  const node = map.get("slots", true);
  if (!isCollection(node)) return insertion(lineAfter(map, text), `${indent}slots:\n${lines(slots, `${indent}  `)}`);
  const from = text.lastIndexOf("\n", startOf(node) - 1) + 1;
  const before = text.slice(from, startOf(node));
  // A list in brackets stands behind its key, a list of lines below it.
  if (node.flow === true) {
    return { from: startOf(node), to: node.range![1], text: `\n${lines(slots, `${indent}  `)}`.trimEnd() };
  }
  return { from, to: lineAfter(node, text), text: lines(slots, before) };
};

const whole = ({ name, majorFrame, slots }: WrittenSchedule, indent: string): string => {
  const inner = `${indent}  `;
  return `${indent}${name}:\n${inner}majorFrame: ${majorFrame}\n${inner}slots:\n${lines(slots, `${inner}  `)}`;
};

/** Columns aligned, as a person would. */
const lines = (slots: readonly WrittenSlot[], indent: string): string => {
  const widest = (of: (slot: WrittenSlot) => string): number => Math.max(...slots.map((slot) => of(slot).length));
  const [name, start] = [widest(({ partition }) => partition), widest((slot) => slot.start)];
  return slots
    .map(({ partition, start: at, duration, hart = 0 }) => {
      const where = hart === 0 ? "" : `, hart: ${hart}`;
      return `${indent}- { partition: ${`${partition},`.padEnd(name + 1)} start: ${`${at},`.padEnd(start + 1)} duration: ${duration}${where} }\n`;
    })
    .join("");
};

/** The schedule is in it, and all else is as it was. */
const isAsMeant = (before: Document, after: Document, { name, majorFrame, slots }: WrittenSchedule): boolean => {
  if (after.errors.length > 0) return false;
  const was = before.toJS() ?? {};
  const { onEntry } = was.schedules?.[name] ?? {};
  const written = slots.map(({ hart = 0, ...slot }) => (hart === 0 ? slot : { ...slot, hart }));
  const schedule = { majorFrame, slots: written, ...(onEntry === undefined ? {} : { onEntry }) };
  return isDeepStrictEqual(after.toJS(), { ...was, schedules: { ...was.schedules, [name]: schedule } });
};
