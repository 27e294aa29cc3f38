/** Reads the options that the benchmarks have in common. */
import { InvalidArgumentError } from "commander";

export const positive = (text: string): number => {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError("It is no number above 0.");
  return value;
};

export const rounds = (text: string): number => {
  const value = positive(text);
  if (!Number.isInteger(value)) throw new InvalidArgumentError("It is no whole number.");
  return value;
};

export const listOf =
  <T>(read: (name: string) => T) =>
  (text: string): T[] =>
    text.split(",").map((name) => {
      try {
        return read(name.trim());
      } catch (error) {
        throw new InvalidArgumentError((error as Error).message);
      }
    });

/** Reads one of `names`; `what` they are, for who gets it wrong. */
export const oneOf =
  <T extends string>(what: string, names: readonly T[]) =>
  (text: string): T => {
    const found = names.find((name) => name === text);
    if (found === undefined) throw new Error(`There is no ${what} ${text}; there are ${names.join(", ")}.`);
    return found;
  };
