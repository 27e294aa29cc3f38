/**
 * `npm run soak`: tries random hostile guests, SOAK_GUESTS of them (a million when it is not set), of the seeds from SOAK_SEED on (1).
 * Prints its progress, and the seed of each guest that fails; ends with status 1 when one did.
 */
import { tryGuests } from "./random-trial.ts";

const PROGRESS_EVERY = 10_000;

const wholeNumber = (name: string, otherwise: number): number => {
  const value = Number(process.env[name] ?? otherwise);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  console.error(`${name} is to be a whole number, not ${process.env[name]}`);
  process.exit(2);
};

const [first, count] = [wholeNumber("SOAK_SEED", 1), wholeNumber("SOAK_GUESTS", 1_000_000)];
let failed = 0;
for (const { tried, failures } of tryGuests(first, count)) {
  for (const { seeds, what } of failures) {
    failed += 1;
    console.log(`seed ${seeds.join(", ")}: ${what}`);
  }
  if (tried % PROGRESS_EVERY === 0 || tried === count) console.log(`${tried} of ${count} guests, ${failed} failures`);
}
process.exitCode = failed > 0 ? 1 : 0;
