/** Well-typed programs at random: integers of every width, BOOLs, REALs, LREALs, arrays, structs, loops, functions, function blocks. */

/** The same numbers for the same seed (Marsaglia, "Xorshift RNGs", 2003). */
class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed * 2654435761 + 1) | 0 || 1;
    for (let i = 0; i < 4; i++) this.below(2);
  }

  below(end: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % end;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }
}

const SIGNED = ["SINT", "INT", "DINT", "LINT"] as const;
const UNSIGNED = ["USINT", "UINT", "UDINT", "ULINT"] as const;
const BITS = ["BYTE", "WORD", "DWORD", "LWORD"] as const;
const TYPES = [...SIGNED, ...UNSIGNED, ...BITS, "BOOL", "REAL", "LREAL"] as const;
type ScalarType = (typeof TYPES)[number];

const INTEGERS: readonly ScalarType[] = [...SIGNED, ...UNSIGNED];
const isInteger = (type: ScalarType): boolean => INTEGERS.includes(type);
const isReal = (type: ScalarType): boolean => type === "REAL" || type === "LREAL";
const isBits = (type: ScalarType): boolean => (BITS as readonly ScalarType[]).includes(type);

/** Places of a type that a unit may use; the program's own are called differently from a function's. */
type Places = Readonly<Record<ScalarType, readonly string[]>>;

const scalars = (prefix: string, each: number): Places =>
  Object.fromEntries(
    TYPES.map((type) => [type, Array.from({ length: each }, (_, i) => `${prefix}${type}${i}`)]),
  ) as unknown as Places;

const declarations = (places: Places): string =>
  TYPES.map((type) => `${places[type].join(", ")} : ${type};`).join("\n    ");

class Writer {
  readonly #random: Random;
  readonly #places: Places;
  readonly #isProgram: boolean;
  #loops = 0;
  /** Counters of FOR loops in hand: read, but not assigned. */
  readonly #counters: string[] = [];

  constructor(random: Random, places: Places, isProgram: boolean) {
    this.#random = random;
    this.#places = places;
    this.#isProgram = isProgram;
  }

  get loops(): number {
    return this.#loops;
  }

  statements(count: number, depth: number): string {
    return Array.from({ length: count }, () => this.#statement(depth)).join("\n");
  }

  #statement(depth: number): string {
    const kinds = depth > 0 ? 14 : 6;
    switch (this.#random.below(kinds)) {
      case 6:
      case 7:
        return `IF ${this.expression("BOOL", 2)} THEN\n${this.#body(depth)}\nELSIF ${this.expression("BOOL", 1)} THEN\n${this.#body(depth)}\nELSE\n${this.#body(depth)}\nEND_IF;`;
      case 8:
        return `IF ${this.expression("BOOL", 2)} THEN\n${this.#body(depth)}\nEND_IF;`;
      case 9:
      case 10:
        return this.#for(depth);
      case 11: {
        const counter = `n${this.#loops++}`;
        const leave = this.#random.chance(40) ? `IF ${this.expression("BOOL", 1)} THEN EXIT; END_IF;` : "";
        return `${counter} := 0;\nWHILE ${counter} < ${this.#random.below(6)} AND ${this.expression("BOOL", 1)} DO\n${counter} := ${counter} + 1;\n${this.#body(depth)}\n${leave}\nEND_WHILE;`;
      }
      case 12: {
        const type = this.#random.pick(["SINT", "INT", "USINT", "DINT", "LINT", "ULINT"] as const);
        return `CASE ${this.expression(type, 1)} OF\n0: ${this.#body(depth)}\n1, 3..9: ${this.#body(depth)}\n10..${20 + this.#random.below(90)}: ${this.#body(depth)}\nELSE ${this.#body(depth)}\nEND_CASE;`;
      }
      case 13:
        return this.#isProgram ? this.#call() : this.#assignment();
      default:
        return this.#assignment();
    }
  }

  #body(depth: number): string {
    return this.statements(1 + this.#random.below(3), depth - 1);
  }

  #assignment(): string {
    const type = this.#random.pick(TYPES);
    return `${this.#place(type)} := ${this.expression(type, 3)};`;
  }

  #for(depth: number): string {
    const counter = `n${this.#loops++}`;
    this.#counters.push(counter);
    const [from, to] = [this.#random.below(4) - 2, this.#random.below(9)];
    const bounds = this.#random.pick([
      `${from} TO ${to}`,
      `${to} TO ${from} BY -${1 + this.#random.below(3)}`,
      `${from} TO ${to} BY 2`,
      `${from} TO ${this.expression("INT", 1)} MOD 9`,
    ]);
    const skip = this.#random.chance(20) ? `IF ${this.expression("BOOL", 1)} THEN CONTINUE; END_IF;\n` : "";
    const text = `FOR ${counter} := ${bounds} DO\n${skip}${this.#body(depth)}\nEND_FOR;`;
    this.#counters.pop();
    return text;
  }

  #call(): string {
    const instance = this.#random.pick(["fb1", "fb2", `fbs[${this.#index(0, 3)}]`]);
    const target = this.#random.chance(50) ? `, last => ${this.#random.pick(this.#places.INT)}` : "";
    return `${instance}(gain := ${this.expression("INT", 1)}, on := ${this.expression("BOOL", 1)}, store := ints${target});`;
  }

  /** Out of bounds now and then, but not when everybody sees it. */
  #index(low: number, high: number): string {
    if (this.#counters.length > 0 && this.#random.chance(60)) {
      const counter = this.#random.pick(this.#counters);
      return this.#random.pick([counter, `${counter} + 1`, `${counter} - 1`, `${counter} * 2 MOD 8`]);
    }
    return this.#random.chance(50)
      ? String(low + this.#random.below(high - low + 1))
      : `${this.#random.pick(this.#places.INT)} MOD 8`;
  }

  #place(type: ScalarType): string {
    const plain = this.#random.pick(this.#places[type]);
    if (!this.#isProgram || this.#random.chance(60)) return plain;
    switch (type) {
      case "INT":
        return this.#random.pick([`ints[${this.#index(0, 7)}]`, "rec.count", `recs[${this.#index(0, 4)}].count`]);
      case "DINT":
        return `grid[${this.#index(0, 3)}, ${this.#index(1, 4)}]`;
      case "REAL":
        return this.#random.pick([`reals[${this.#index(-2, 5)}]`, "rec.value", `recs[${this.#index(0, 4)}].value`]);
      case "BYTE":
        return `bytes[${this.#index(0, 7)}]`;
      case "BOOL":
        return this.#random.pick(["rec.flag", `${this.#random.pick(this.#places.WORD)}.${this.#random.below(16)}`]);
      default:
        return plain;
    }
  }

  expression(type: ScalarType, depth: number): string {
    if (depth === 0 || this.#random.chance(15)) return this.#random.chance(70) ? this.#read(type) : this.#literal(type);
    const inner = (of: ScalarType = type): string => this.expression(of, depth - 1);
    if (type === "BOOL") return this.#truth(inner);
    if (this.#random.chance(15)) return this.#conversion(type, inner);
    if (this.#random.chance(12)) return `SEL(${inner("BOOL")}, ${inner()}, ${inner()})`;
    if (isReal(type)) return this.#real(inner);
    if (isBits(type)) return this.#bits(inner);
    const operator = this.#random.pick(["+", "-", "*", "+", "-"]);
    const picked = this.#random.below(10);
    if (picked === 0) return `${this.#random.pick(["MIN", "MAX"])}(${inner()}, ${inner()})`;
    if (picked === 1) return `LIMIT(${this.#literal(type)}, ${inner()}, ${this.#literal(type)})`;
    if (picked === 2 && (SIGNED as readonly ScalarType[]).includes(type)) return `ABS(${inner()})`;
    if (picked === 3 && type === "DINT") return `F1(${inner("INT")}, ${inner()})`;
    // A divisor that is known is not 0, or the program would be refused.
    const divisor = this.#random.pick(["2", "3", "7", "8", "10", "100", this.#read(type)]);
    if (picked >= 8) return `(${inner()} ${this.#random.pick(["/", "MOD"])} ${divisor})`;
    return `(${inner()} ${operator} ${inner()})`;
  }

  #truth(inner: (type: ScalarType) => string): string {
    if (this.#random.chance(40))
      return `(${inner("BOOL")} ${this.#random.pick(["AND", "OR", "XOR"])} ${inner("BOOL")})`;
    if (this.#random.chance(15)) return `(NOT ${inner("BOOL")})`;
    const type = this.#random.pick(TYPES.filter((each) => each !== "BOOL"));
    return `(${inner(type)} ${this.#random.pick(["<", "<=", ">", ">=", "=", "<>"])} ${inner(type)})`;
  }

  #real(inner: () => string): string {
    if (this.#random.chance(12)) return `SQRT(ABS(${inner()}))`;
    if (this.#random.chance(12)) return `LIMIT(-100.0, ${inner()}, 100.0)`;
    if (this.#random.chance(10)) return `(${inner()} / ${this.#random.pick(["2.0", "4.0", "0.5", "3.0"])})`;
    return `(${inner()} ${this.#random.pick(["+", "-", "*", "/"])} ${inner()})`;
  }

  #bits(inner: (type?: ScalarType) => string): string {
    const picked = this.#random.below(6);
    if (picked === 0)
      return `${this.#random.pick(["SHL", "SHR", "ROL", "ROR"])}(${inner()}, ${this.#random.below(67)})`;
    if (picked === 1) return `${this.#random.pick(["SHL", "SHR", "ROL", "ROR"])}(${inner()}, ${inner("USINT")})`;
    if (picked === 2) return `(NOT ${inner()})`;
    return `(${inner()} ${this.#random.pick(["AND", "OR", "XOR"])} ${inner()})`;
  }

  #conversion(type: ScalarType, inner: (of: ScalarType) => string): string {
    const from = this.#random.pick(TYPES.filter((each) => each !== type));
    // Bits as a number may be a NaN of any sort.
    if ((isBits(from) && isReal(type)) || (isReal(from) && isBits(type))) return this.#read(type);
    return `${from}_TO_${type}(${inner(from)})`;
  }

  #read(type: ScalarType): string {
    if (type === "INT" && this.#counters.length > 0 && this.#random.chance(40))
      return this.#random.pick(this.#counters);
    if (type === "INT" && this.#isProgram && this.#random.chance(10)) return this.#random.pick(["fb1.last", "fb2.sum"]);
    return this.#place(type);
  }

  #literal(type: ScalarType): string {
    if (type === "BOOL") return this.#random.pick(["TRUE", "FALSE"]);
    if (isReal(type)) return this.#random.pick(["0.0", "1.0", "-1.5", "0.1", "1000.25", "3.0E10"]);
    if (isBits(type)) return `${type}#16#${this.#random.pick(["0", "1", "7F", "80", "FF", "5A"])}`;
    const unsigned = ["0", "1", "2", "7", "10", "100"];
    if (type === "LINT" || type === "ULINT") unsigned.push("4294967295", "5000000000", "9223372036854775807");
    const isSigned = isInteger(type) && (SIGNED as readonly ScalarType[]).includes(type);
    return `${type}#${this.#random.pick(isSigned ? [...unsigned, "-1", "-5", "-100"] : unsigned)}`;
  }
}

const counters = (count: number): string => Array.from({ length: count }, (_, i) => `n${i} : INT;`).join(" ");

const functionSource = (random: Random): string => {
  const places = scalars("l", 1);
  const writer = new Writer(random, { ...places, INT: [...places.INT, "x"], DINT: [...places.DINT, "y"] }, false);
  // A function cannot call itself.
  const body = writer.statements(3, 1).replaceAll("F1(", "MIN(INT_TO_DINT(0) + ");
  return `FUNCTION F1 : DINT
  VAR_INPUT x : INT; y : DINT; END_VAR
  VAR
    ${declarations(places)}
    ${counters(writer.loops)}
  END_VAR
${body}
F1 := lDINT0 + y;
END_FUNCTION`;
};

const blockSource = (random: Random): string => {
  const places = scalars("m", 1);
  const writer = new Writer(random, { ...places, INT: [...places.INT, "gain", "sum"] }, false);
  const body = writer.statements(2, 1);
  return `FUNCTION_BLOCK Worker
  VAR_INPUT gain : INT; on : BOOL; END_VAR
  VAR_IN_OUT store : Ints; END_VAR
  VAR_OUTPUT last : INT; sum : INT; END_VAR
  VAR
    ${declarations(places)}
    ${counters(writer.loops)} i : INT;
  END_VAR
IF on THEN
FOR i := 0 TO 7 DO sum := sum + store[i]; END_FOR;
store[ABS(gain MOD 8)] := sum;
END_IF;
${body}
last := gain + mINT0;
END_FUNCTION_BLOCK`;
};

/** The same program for the same seed. */
export const randomProgram = (seed: number): string => {
  const random = new Random(seed);
  const units = [functionSource(random), blockSource(random)];
  const places = scalars("v", 2);
  const writer = new Writer(random, places, true);
  const body = writer.statements(4, 2);
  return `TYPE
  Ints : ARRAY [0..7] OF INT;
  Rec : STRUCT count : INT; value : REAL; flag : BOOL; END_STRUCT;
END_TYPE
${units.join("\n")}
PROGRAM Main
  VAR
    ${declarations(places)}
    ${counters(writer.loops)}
    ints : Ints; grid : ARRAY [0..3, 1..4] OF DINT; reals : ARRAY [-2..5] OF REAL; bytes : ARRAY [0..7] OF BYTE;
    rec : Rec; recs : ARRAY [0..4] OF Rec; fb1, fb2 : Worker; fbs : ARRAY [0..3] OF Worker;
  END_VAR
vINT0 := vINT0 + 3; vDINT1 := vDINT1 - 7; vREAL0 := vREAL0 + 0.5; vUDINT0 := vUDINT0 + 1000000007;
vLINT0 := vLINT0 - 3000000019; vULINT1 := vULINT1 * 6364136223846793005 + 1442695040888963407; vLREAL0 := vLREAL0 + 0.1;
${body}
END_PROGRAM`;
};
