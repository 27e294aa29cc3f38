/** "did you mean": the known name that is nearest to what was written. */

/** Edits (insert, delete, replace, swap neighbours) from one word to the other; Damerau–Levenshtein, restricted. */
const distance = (a: string, b: string): number => {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let least = Math.min(replaced, previous[j]! + 1, current[j - 1]! + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, before[j - 2]! + 1);
      current.push(least);
    }
    before = previous;
    previous = current;
  }
  return previous[b.length]!;
};

/** `did you mean X?`, or "" when nothing is near: one edit for each three letters. Of equally near ones the first. */
export const didYouMean = (written: string, candidates: Iterable<string>): string => {
  const limit = Math.floor(written.length / 3);
  let best = "";
  let least = limit + 1;
  // What stands in a NAMESPACE under just this name is nearest of all.
  const tail = `.${written.toUpperCase()}`;
  for (const candidate of candidates) {
    if (candidate.toUpperCase().endsWith(tail)) return `did you mean ${candidate}?`;
    if (Math.abs(candidate.length - written.length) > limit) continue;
    const edits = distance(written.toUpperCase(), candidate.toUpperCase());
    if (edits < least) {
      best = candidate;
      least = edits;
    }
  }
  return best === "" ? "" : `did you mean ${best}?`;
};
