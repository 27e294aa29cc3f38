/** A module with a victim, and an attacker next to it that has no path to it: what every hostile guest is tried in. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compileProgram } from "../../partitions/st/index.ts";
import { inspectImage } from "../../runtime/board/index.ts";
import { loadSystem, type System } from "../../runtime/index.ts";
import { formatProblem } from "../../runtime/problem.ts";

const folderOf = (name: string): string => fileURLToPath(new URL(`./${name}/`, import.meta.url));
const PARTITIONS = folderOf("partitions");
/** Attacks in Structured Text. */
export const STRUCTURED_TEXT = folderOf("st");

/** The partitions by their indices. */
export const [VICTIM, FRIEND, ATTACKER] = [0, 1, 3];
export const HARTS = [1, 2] as const;
export type Harts = (typeof HARTS)[number];

/** The attacker's part of the config: where its program or image is, and what else is said of it. */
const attackerText = (file: string, attack: string | null): string => {
  if (attack === null) return `program: [${file}, ${STRUCTURED_TEXT}cabinet.st]`;
  return `image: ${file}
    latch: guest
    points:
      chosen: { symbol: chosen, type: UDINT, direction: input, initial: ${addressOf(file, attack)} }
      poison: { symbol: poison, type: UDINT, direction: output }
    ports: { lower: { direction: source }, upper: { direction: destination } }`;
};

const addressOf = (file: string, attack: string): number => {
  const facts = inspectImage(readFileSync(file));
  const place = "problem" in facts ? undefined : facts.symbols.get(attack);
  if (place === undefined) throw new Error(`${file} has no attack ${attack}`);
  return place.address;
};

/** On two harts the attacker's slots lie over those of all others. */
const moduleText = (attacker: string, harts: Harts, health: string): string => `
module: hostile
board: { clock: 10 MHz, harts: ${harts} }
partitions:
  victim:
    program: ${PARTITIONS}victim.st
    memory: 64 KiB
  friend:
    program: ${PARTITIONS}friend.st
    memory: 64 KiB
  bystander:
    program: ${PARTITIONS}bystander.st
    memory: 64 KiB
  attacker:
    ${attacker}
    memory: 64 KiB
    ${health}
schedules:
  normal:
    majorFrame: 2 ms
    slots:
      - { partition: attacker,  start: 0 us,    duration: 600 us, hart: ${harts - 1} }
      - { partition: victim,    start: 600 us,  duration: 200 us }
      - { partition: friend,    start: 800 us,  duration: 150 us }
      - { partition: bystander, start: 950 us,  duration: 150 us }
      - { partition: attacker,  start: 1100 us, duration: 400 us, hart: ${harts - 1} }
      - { partition: victim,    start: 1500 us, duration: 100 us }
  allForOne:
    majorFrame: 2 ms
    slots:
      - { partition: attacker, start: 0 us, duration: 2 ms, hart: ${harts - 1} }
health:
  restarting:
    restartBudget: { count: 5, window: 1 s }
    MEMORY_VIOLATION: { action: COLD_START }
    APPLICATION_ERROR: { action: COLD_START }
    ILLEGAL_REQUEST: { action: COLD_START }
    WATCHDOG_TIMER: { action: COLD_START }
  unlimited:
    MEMORY_VIOLATION: { action: COLD_START }
  propagating:
    MEMORY_VIOLATION: { action: PROPAGATE }
channels:
  - { type: sampling, from: victim.ask,      to: [friend.asked],     refreshPeriod: 10 ms }
  - { type: sampling, from: friend.answer,   to: [victim.answer],    refreshPeriod: 10 ms }
  - { type: sampling, from: attacker.poison, to: [bystander.poison], refreshPeriod: 10 ms }
  - { type: queuing, from: victim.orders,   to: friend.orders,   depth: 4, maxMessageSize: 8 B }
  - { type: queuing, from: friend.replies,  to: victim.replies,  depth: 4, maxMessageSize: 8 B }
  - { type: queuing, from: attacker.lower,  to: bystander.upper, depth: 4, maxMessageSize: 8 B }
  - { type: queuing, from: bystander.lower, to: attacker.upper,  depth: 4, maxMessageSize: 8 B }
`;

const compiled = new Map<string, ReturnType<typeof compileProgram>>();

/** Most of the programs are the same in each module. */
const compileOnce: typeof compileProgram = (files, libraries) => {
  const key = files.map(({ file }) => file).join();
  const known = compiled.get(key) ?? compileProgram(files, libraries);
  compiled.set(key, known);
  return known;
};

/**
 * @param file the attacker: Structured Text, or with `attack` the image that has this function in it.
 * @param folder where the config file is written.
 * @param health what the config says of the attacker's health, in lines of its partition.
 * @throws with every problem of the config.
 */
export const sceneWith = async (
  file: string,
  attack: string | null,
  harts: Harts,
  folder: string,
  health = "",
): Promise<System> => {
  const path = join(folder, "hostile.yaml");
  writeFileSync(path, moduleText(attackerText(file, attack), harts, health));
  const loaded = await loadSystem(path, compileOnce);
  if (loaded.ok) return loaded.system;
  throw new Error(loaded.problems.map(formatProblem).join("\n"));
};

/** The module with a neighbour that does nothing. */
export const peacefulScene = (harts: Harts, folder: string): Promise<System> =>
  sceneWith(`${STRUCTURED_TEXT}nothing.st`, null, harts, folder);
