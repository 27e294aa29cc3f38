/** "Did you mean": the known name that a mistyped one is nearest to. */

/** Edits between the two: insert, delete, replace, swap neighbours (optimal string alignment distance). */
const distance = (a: string, b: string): number => {
  const rows = Array.from({ length: a.length + 1 }, (_, i) => [i, ...Array<number>(b.length).fill(0)]);
  rows[0] = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const replaced = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let least = Math.min(rows[i - 1]![j]! + 1, rows[i]![j - 1]! + 1, replaced);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) least = Math.min(least, rows[i - 2]![j - 2]! + 1);
      rows[i]![j] = least;
    }
  }
  return rows[a.length]![b.length]!;
};

/** @returns null when nothing known is near enough to be meant. */
export const nearest = (name: string, known: Iterable<string>): string | null => {
  const meant = name.slice(0, 80).toLowerCase();
  let best: string | null = null;
  let least = Math.floor(Math.max(meant.length, 3) / 3) + 1;
  for (const candidate of known) {
    const edits = distance(meant, candidate.toLowerCase());
    if (edits >= least) continue;
    best = candidate;
    least = edits;
  }
  return best;
};

/** The one known name that begins like this; null when there is none, or more than one. */
const completed = (name: string, known: readonly string[]): string | null => {
  const [only = null, ...more] = known.filter((candidate) => candidate.toLowerCase().startsWith(name.toLowerCase()));
  return name.length > 1 && more.length === 0 ? only : null;
};

/** A hint when there is a known name that is near, or only longer; else null. */
export const suggested = (name: string, known: readonly string[]): string | null => {
  const meant = nearest(name, known) ?? completed(name, known);
  return meant === null ? null : `did you mean "${meant}"?`;
};

/** A hint: the nearest of the known names, or all of them when there are no more than `most`. */
export const didYouMean = (name: string, known: readonly string[], what: string, most = 12): string => {
  const suggestion = suggested(name, known);
  if (suggestion !== null) return suggestion;
  if (known.length === 0) return `there are no ${what}`;
  return `${what}: ${known.slice(0, most).join(", ")}${known.length > most ? ", …" : ""}`;
};
