/** Elementary values as `partita exec` shows and takes them: numbers, times and dates as literals (IEC 61131-3 §6.3). */
import type { VariableType } from "../../partitions/st/index.ts";

export type ScalarType = Extract<VariableType, { kind: "elementary" }>;

/** Nanoseconds of one count of a time or date that has 32 bits; the others count nanoseconds. */
const SHORT_UNIT: Readonly<Partial<Record<ScalarType["family"], bigint>>> = {
  time: 1_000_000n,
  timeOfDay: 1_000_000n,
  date: 1_000_000_000n,
  dateTime: 1_000_000_000n,
};
const DAY = 86_400_000_000_000n;

const unitOf = ({ family, bytes }: ScalarType): bigint => (bytes === 8 ? 1n : (SHORT_UNIT[family] ?? 1n));

/** Whatever is held as an integer, but BOOL: a number, as text beyond 2^53, or the text of a literal. */
export const shownCount = (type: ScalarType, value: bigint): number | string => {
  const long = type.bytes === 8 ? "L" : "";
  const nanoseconds = value * unitOf(type);
  switch (type.family) {
    case "time":
      return `${long}T#${durationText(nanoseconds)}`;
    case "timeOfDay":
      return `${long}TOD#${timeText(nanoseconds)}`;
    case "date":
      return `${long}D#${dayText(nanoseconds)}`;
    case "dateTime":
      return `${long}DT#${dayText(nanoseconds)}-${timeText(sinceMidnight(nanoseconds))}`;
    case "char":
      return characterText(Number(value), type.bytes);
    default:
      return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  }
};

const sinceMidnight = (nanoseconds: bigint): bigint => ((nanoseconds % DAY) + DAY) % DAY;

const UNITS: readonly (readonly [string, bigint])[] = [
  ["d", DAY],
  ["h", 3_600_000_000_000n],
  ["m", 60_000_000_000n],
  ["s", 1_000_000_000n],
  ["ms", 1_000_000n],
  ["us", 1000n],
  ["ns", 1n],
];

/** `1h500ms`; `0ms`. */
const durationText = (nanoseconds: bigint): string => {
  let rest = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  let text = "";
  for (const [unit, size] of UNITS) {
    const count = rest / size;
    rest -= count * size;
    if (count > 0n) text += `${count}${unit}`;
  }
  return `${nanoseconds < 0n ? "-" : ""}${text === "" ? "0ms" : text}`;
};

/** `12:34:56.789`. A TOD of more than a day counts its hours on. */
const timeText = (nanoseconds: bigint): string => {
  const two = (count: bigint): string => String(count).padStart(2, "0");
  const seconds = nanoseconds / 1_000_000_000n;
  const fraction = String(nanoseconds % 1_000_000_000n)
    .padStart(9, "0")
    .replace(/0+$/, "");
  const clock = `${two(seconds / 3600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}`;
  return fraction === "" ? clock : `${clock}.${fraction}`;
};

const dayText = (nanoseconds: bigint): string => {
  const day = (nanoseconds - sinceMidnight(nanoseconds)) / 1_000_000n;
  return new Date(Number(day)).toISOString().slice(0, 10);
};

/** `'A'`; what cannot be printed by its code. */
const characterText = (code: number, bytes: number): string => {
  const isPrintable = code >= 0x20 && code < 0x7f && code !== 0x24 && code !== 0x27;
  const text = isPrintable
    ? String.fromCharCode(code)
    : `$${code
        .toString(16)
        .toUpperCase()
        .padStart(2 * bytes, "0")}`;
  return bytes === 1 ? `'${text}'` : `"${text}"`;
};

/** JSON has no number for NaN and the infinities. */
export const shownReal = (value: number): number | string => (Number.isFinite(value) ? value : String(value));

/** The double whose decimal is the shortest that reads back as the same REAL; as text when JSON has no number for it. */
export const shortestReal = (value: number): number | string => {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return value;
  for (let digits = 1; digits <= 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
};

/** What the text stands for as a value of this type: of REAL and LREAL a number; null: nothing. */
export const parseScalar = (type: ScalarType, text: string): bigint | number | null => {
  const { family } = type;
  if (family === "bool") return /^(true|1)$/i.test(text) ? 1n : /^(false|0)$/i.test(text) ? 0n : null;
  if (family === "real") {
    const value = Number(text.replaceAll("_", ""));
    return text.trim() === "" || Number.isNaN(value) ? null : value;
  }
  const value =
    SHORT_UNIT[family] !== undefined ? countOf(type, text) : family === "char" ? codeOf(text) : integerOf(text);
  const { low, high } = rangeOf(type);
  return value !== null && value >= low && value <= high ? value : null;
};

const integerOf = (text: string): bigint | null => {
  const [, sign = "", base = "10", digits = ""] = /^([-+]?)(?:(2|8|16)#)?([\da-f_]+)$/i.exec(text.trim()) ?? [];
  const prefix = { 2: "0b", 8: "0o", 10: "", 16: "0x" }[base];
  try {
    const value = digits === "" ? null : BigInt(`${prefix}${digits.replaceAll("_", "")}`);
    return value !== null && sign === "-" ? -value : value;
  } catch {
    return null;
  }
};

const rangeOf = ({ signed, bytes }: ScalarType): { readonly low: bigint; readonly high: bigint } => {
  const bits = BigInt(8 * bytes);
  return signed ? { low: -(1n << (bits - 1n)), high: (1n << (bits - 1n)) - 1n } : { low: 0n, high: (1n << bits) - 1n };
};

const LITERALS = {
  time: /^L?T(?:IME)?#/i,
  date: /^L?D(?:ATE)?#/i,
  timeOfDay: /^L?T(?:OD|IME_OF_DAY)#/i,
  dateTime: /^L?D(?:T|ATE_AND_TIME)#/i,
} as const;

/** What is below the unit of the type is cut off. */
const countOf = (type: ScalarType, text: string): bigint | null => {
  const prefix = LITERALS[type.family as keyof typeof LITERALS];
  if (!prefix.test(text)) return null;
  const rest = text.replace(prefix, "");
  const nanoseconds = nanosecondsOf(type.family, rest);
  return nanoseconds === null ? null : nanoseconds / unitOf(type);
};

const nanosecondsOf = (family: ScalarType["family"], text: string): bigint | null => {
  if (family === "time") return durationOf(text);
  if (family === "date") return dayOf(text);
  if (family === "timeOfDay") return timeOf(text);
  const [, day = "", time = ""] = /^(\d+-\d+-\d+)-(.+)$/.exec(text) ?? [];
  const [date, clock] = [dayOf(day), timeOf(time)];
  return date === null || clock === null ? null : date + clock;
};

const durationOf = (text: string): bigint | null => {
  const [, sign, parts] = /^(-?)((?:\d+(?:\.\d+)?(?:ms|us|ns|d|h|m|s)_?)+)$/i.exec(text) ?? [];
  if (parts === undefined) return null;
  let total = 0n;
  for (const [, whole, fraction = "", unit] of parts.matchAll(/(\d+)(?:\.(\d+))?(ms|us|ns|d|h|m|s)/gi)) {
    const size = UNITS.find(([name]) => name === unit!.toLowerCase())![1];
    total += BigInt(whole!) * size + (BigInt(`0${fraction}`) * size) / 10n ** BigInt(fraction.length);
  }
  return sign === "-" ? -total : total;
};

const dayOf = (text: string): bigint | null => {
  const [, year, month, day] = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text)?.map(Number) ?? [];
  if (year === undefined) return null;
  const date = new Date(Date.UTC(year, month! - 1, day!));
  const exists = date.getUTCMonth() === month! - 1 && date.getUTCDate() === day;
  return exists ? BigInt(date.getTime()) * 1_000_000n : null;
};

const timeOf = (text: string): bigint | null => {
  const [, hours, minutes, seconds = "0", fraction = ""] =
    /^(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,9}))?)?$/.exec(text) ?? [];
  if (hours === undefined || Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return null;
  const whole = (BigInt(hours) * 60n + BigInt(minutes!)) * 60n + BigInt(seconds);
  return whole * 1_000_000_000n + BigInt(fraction.padEnd(9, "0"));
};

const codeOf = (text: string): bigint | null => {
  const [, plain, code] = /^(['"]?)(?:\$([\da-f]{2,4})|[^$])\1$/i.exec(text) ?? [];
  if (plain === undefined) return null;
  return code === undefined ? BigInt(text.charCodeAt(plain.length)) : BigInt(`0x${code}`);
};

/** What would be right, to be read behind `5.5 is no INT; write`. */
export const wanted = (type: ScalarType): string => {
  const long = type.bytes === 8 ? "L" : "";
  switch (type.family) {
    case "bool":
      return "TRUE or FALSE";
    case "time":
      return type.bytes === 8 ? "a duration like LT#1s500us" : "a duration like T#1s500ms, at most 24 days";
    case "date":
      return `a date like ${long}D#2024-02-29`;
    case "timeOfDay":
      return `a time of day like ${long}TOD#12:34:56.789`;
    case "dateTime":
      return `a date and time like ${long}DT#2024-02-29-12:34:56`;
    case "char":
      return "a character like 'A'";
    case "real":
      return "a number like 1.5";
    default: {
      const { low, high } = rangeOf(type);
      return `a whole number from ${low} to ${high}`;
    }
  }
};
