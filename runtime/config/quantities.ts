/** Quantities with units, read exactly: a decimal number of digits and a unit, as a fraction of whole numbers until it must fit. */

/** numerator / denominator of the base unit: seconds, hertz, bytes. */
export interface Quantity {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

interface Unit {
  readonly times: bigint;
  readonly per: bigint;
}

const unit = (times: bigint, per = 1n): Unit => ({ times, per });

const UNITS = {
  /** seconds */
  duration: {
    ns: unit(1n, 1_000_000_000n),
    us: unit(1n, 1_000_000n),
    ms: unit(1n, 1_000n),
    s: unit(1n),
    min: unit(60n),
    h: unit(3_600n),
  },
  /** hertz */
  frequency: { Hz: unit(1n), kHz: unit(1_000n), MHz: unit(1_000_000n), GHz: unit(1_000_000_000n) },
  /** bytes */
  size: { B: unit(1n), KiB: unit(1n << 10n), MiB: unit(1n << 20n), GiB: unit(1n << 30n) },
} as const satisfies Record<string, Readonly<Record<string, Unit>>>;

export type QuantityKind = keyof typeof UNITS;

const FORM = /^(\d{1,15})(?:\.(\d{1,12}))? ?([A-Za-z]+)$/;

/** `20 ms`, `1.5 MiB`, `100MHz`. @returns null when it is not written like that, or the unit is none of `kind`'s. */
export const parseQuantity = (text: string, kind: QuantityKind): Quantity | null => {
  const [, whole, fraction = "", name] = FORM.exec(text) ?? [];
  if (whole === undefined || name === undefined) return null;
  const units: Readonly<Record<string, Unit>> = UNITS[kind];
  if (!Object.hasOwn(units, name)) return null;
  const { times, per } = units[name]!;
  return { numerator: BigInt(whole + fraction) * times, denominator: 10n ** BigInt(fraction.length) * per };
};

/** How many of a part that goes `perBase` times into the base unit. @returns null when that is no whole number up to 2^53. */
export const inParts = ({ numerator, denominator }: Quantity, perBase: number): number | null => {
  const scaled = numerator * BigInt(perBase);
  if (scaled % denominator !== 0n) return null;
  const parts = scaled / denominator;
  return parts <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(parts) : null;
};

export const isZero = ({ numerator }: Quantity): boolean => numerator === 0n;

/** Board cycles as a duration for people: `4 ms`, `2.5 us`; exact, in the largest unit that needs at most three decimals. */
export const showDuration = (cycles: number, clock: number): string => {
  if (cycles === 0) return "0 ms";
  const nanoseconds = (cycles * 1e9) / clock;
  for (const [name, size] of [
    ["s", 1e9],
    ["ms", 1e6],
    ["us", 1e3],
  ] as const) {
    const value = nanoseconds / size;
    if (value >= 1 && Number.isInteger(Number((value * 1000).toPrecision(12)))) return `${decimals(value)} ${name}`;
  }
  return `${decimals(nanoseconds)} ns`;
};

const decimals = (value: number): string => String(Number(value.toFixed(3)));
