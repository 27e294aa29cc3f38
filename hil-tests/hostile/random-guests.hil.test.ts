/** Law 3 against guests of random instructions; `npm run soak` tries more of them. */
import { expect, it } from "vitest";
import { tryGuests } from "./random-trial.ts";

const GUESTS = 10_000;
const TIMEOUT_MS = 600_000;

it(
  "random guests change no victim, make no host throw, and are the same on both engines",
  () => {
    const failures = [...tryGuests(1, GUESTS)].flatMap((step) => step.failures);
    expect(failures).toEqual([]);
  },
  TIMEOUT_MS,
);
