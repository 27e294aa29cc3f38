/**
 * `npm run bench:compiler`: how long the Structured Text compiler takes for a library of 30,000 lines, at once and after an edit in
 * a process that goes on, as `partita compile --follow` does. Prints wall time and processor time.
 */
import { Compiler, type SourceInput } from "../../partitions/st/index.ts";
import { hostClock } from "../../runtime/index.ts";
import { stLibrary } from "./st-library.ts";
import { median } from "./statistics.ts";
import { asText, figure } from "./table.ts";

const LINES = 30_000;
const EDITS = 15;
/** The file that is edited, and a statement in the middle of it. */
const EDITED = 7;
const STATEMENT = "value := high;";

interface Time {
  readonly wall: number;
  readonly processor: number;
}

const timed = (run: () => { readonly ok: boolean }): Time => {
  const [started, before] = [hostClock.monotonicMs(), process.cpuUsage()];
  if (!run().ok) throw new Error("the generated library has problems");
  const { user, system } = process.cpuUsage(before);
  return { wall: hostClock.monotonicMs() - started, processor: (user + system) / 1000 };
};

const edited = (files: readonly SourceInput[], edit: number): readonly SourceInput[] =>
  files.map(({ file, text }, index) => ({
    file,
    text: index === EDITED ? text.replace(STATEMENT, `value := high + ${edit}.0;`) : text,
  }));

const rowOf = (what: string, { wall, processor }: Time): readonly string[] => [
  what,
  figure(wall, "ms"),
  figure(processor, "ms"),
];

/** The first time, and the median of the edits after it. */
const rowsOf = (
  what: string,
  files: readonly SourceInput[],
  compile: (files: readonly SourceInput[]) => { ok: boolean },
) => {
  const first = timed(() => compile(files));
  const later = Array.from({ length: EDITS }, (_, edit) => timed(() => compile(edited(files, edit))));
  const usual = { wall: median(later.map(({ wall }) => wall)), processor: median(later.map((each) => each.processor)) };
  return [rowOf(what, first), rowOf("  one file edited", usual)];
};

const { files, program } = stLibrary(LINES);
const count = files.reduce((sum, { text }) => sum + text.split("\n").length - 1, 0);
const few: SourceInput = {
  file: "few.st",
  text: "PROGRAM Few VAR a : Station7; b : Station50; y AT %QD0 : REAL; END_VAR a(); b(); y := a.speed + b.speed; END_PROGRAM",
};
const checker = new Compiler();
const small = new Compiler();
const whole = new Compiler();
process.stdout.write(
  asText({
    title: `A library of ${count} lines in ${files.length} files`,
    columns: ["", "wall", "processor"],
    rows: [
      ...rowsOf("checked whole (compile --library)", files, (all) => checker.checkLibrary(all)),
      ...rowsOf("a program that uses some of it", files, (libraries) => small.compile([few], { libraries })),
      ...rowsOf("a program that uses all of it", files, (libraries) => whole.compile([program], { libraries })),
    ],
    notes: [`Of edits the median of ${EDITS}. The first line is that of a process that has just begun.`],
  }),
);
