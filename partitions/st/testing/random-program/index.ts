/** Well-typed programs at random, for comparing two ways to run them. */
import { TYPE_DECLARATIONS } from "./grammar.ts";
import { Random } from "./random.ts";
import { GLOBALS, PROGRAM, PROGRAM_VARIABLES, unitsFor } from "./units.ts";
import { Vocabulary } from "./vocabulary.ts";
import { declarationsOf, Writer } from "./writer.ts";

const program = (random: Random, vocabulary: Vocabulary, name: string): string => {
  const writer = new Writer(random, vocabulary, "v", 2, PROGRAM);
  const text = `${CHANGES}\n${writer.statements(4, 2)}`;
  return `PROGRAM ${name}
  VAR
    ${writer.declarations(text)}
    ${declarationsOf(PROGRAM_VARIABLES, text)}
  END_VAR
${text}
END_PROGRAM`;
};

/** What makes each scan another. */
const CHANGES = `vINT0 := vINT0 + 3; vDINT1 := vDINT1 - 7; vREAL0 := vREAL0 + 0.5; vUDINT0 := vUDINT0 + 1000000007;
vLINT0 := vLINT0 - 3000000019; vULINT1 := vULINT1 * 6364136223846793005 + 1442695040888963407; vLREAL0 := vLREAL0 + 0.1;
vSTRING0 := CONCAT(vSTRING0, 'ab'); vTIME0 := vTIME0 + T#7ms; vDT1 := vDT1 + T#1d1s;`;

/** Of whole seconds, so that no scan ever meets the next. */
const TASKS = `CONFIGURATION Plant RESOURCE Controller ON PLC
  TASK Fast(INTERVAL := T#1s, PRIORITY := 1); TASK Slow(INTERVAL := T#2s, PRIORITY := 5);
  PROGRAM Main WITH Fast : Main; PROGRAM Other WITH Slow : Other; PROGRAM Second WITH Slow : Main;
END_RESOURCE END_CONFIGURATION`;

/** The same program for the same seed; one in eight has several tasks. */
export const randomProgram = (seed: number): string => {
  const random = new Random(seed);
  const vocabulary = new Vocabulary(random);
  const hasTasks = seed % 8 === 0;
  const programs = hasTasks
    ? [program(random, vocabulary, "Main"), program(random, vocabulary, "Other"), TASKS]
    : [program(random, vocabulary, "Main")];
  return [TYPE_DECLARATIONS, GLOBALS, unitsFor(programs.join("\n"), random, vocabulary)].join("\n");
};
