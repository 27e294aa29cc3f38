/** Writes the statements of one unit of a random program, from forms (grammar.ts) and what stands around them. */
import {
  COMPOUND_STATEMENTS,
  EXPRESSIONS,
  type Forms,
  literals,
  SIMPLE_STATEMENTS,
  spelling,
  TYPES,
  type TypeName,
} from "./grammar.ts";
import type { Random } from "./random.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** What a unit may use besides what every unit can: forms, as in the grammar. */
export interface Surroundings {
  /** Places to read and to write. */
  readonly places: Forms;
  /** What can only be read, calls among it. */
  readonly values?: Forms;
  readonly statements?: readonly string[];
}

export const declarationsOf = (variables: readonly (readonly [name: string, type: string])[], text: string): string => {
  const words = new Set(text.match(/\w+/g));
  return variables.flatMap(([name, type]) => (words.has(name) ? [`${name} : ${type};`] : [])).join(" ");
};

const COUNTER_TYPES = ["INT", "INT", "DINT", "LINT"] as const;
interface Counter {
  readonly name: string;
  readonly type: (typeof COUNTER_TYPES)[number];
}

export class Writer {
  readonly #random: Random;
  readonly #vocabulary: Vocabulary;
  readonly #prefix: string;
  readonly #each: number;
  readonly #surroundings: Surroundings;
  readonly #counters: Counter[] = [];
  /** Of the loops in hand: read, but not assigned. */
  readonly #running: Counter[] = [];

  /** The unit has `each` variables of every type, which begin with `prefix`. */
  constructor(random: Random, vocabulary: Vocabulary, prefix: string, each: number, surroundings: Surroundings) {
    this.#random = random;
    this.#vocabulary = vocabulary;
    this.#prefix = prefix;
    this.#each = each;
    this.#surroundings = surroundings;
  }

  /** The unit's variables, as far as `text`, its statements, has them. */
  declarations(text: string): string {
    const own = TYPES.flatMap((type) => this.#own(type).map((name) => [name, spelling(type)] as const));
    return declarationsOf([...own, ...this.#counters.map(({ name, type }) => [name, type] as const)], text);
  }

  statements(count: number, depth: number): string {
    return Array.from({ length: count }, () => this.#statement(depth)).join("\n");
  }

  expression(type: TypeName, depth: number): string {
    if (depth <= 0 || this.#random.chance(15))
      return this.#random.chance(75) ? this.#read(type, depth) : this.#literal(type);
    const form = this.#special(this.#surroundings.values?.[type], 15) ?? this.#pick(EXPRESSIONS[type]);
    return this.#expanded(form, depth - 1);
  }

  #pick(forms: readonly string[]): string {
    return this.#random.pick(this.#vocabulary.usable(forms));
  }

  /** One of these in `percent` of all cases, if there are any. */
  #special(forms: readonly string[] | undefined, percent: number): string | null {
    const usable = this.#vocabulary.usable(forms);
    return usable.length > 0 && this.#random.chance(percent) ? this.#random.pick(usable) : null;
  }

  #own(type: TypeName): readonly string[] {
    return Array.from({ length: this.#each }, (_, i) => `${this.#prefix}${type}${i}`);
  }

  #statement(depth: number): string {
    const running = this.#running.length;
    const isCompound = depth > 0 && this.#random.chance(55);
    const text = isCompound
      ? this.#expanded(this.#pick(COMPOUND_STATEMENTS), 2, depth - 1)
      : this.#expanded(this.#special(this.#surroundings.statements, 40) ?? this.#pick(SIMPLE_STATEMENTS), 3);
    this.#running.length = running;
    return text;
  }

  /** `depth`: of its expressions; `statements`: of its bodies. */
  #expanded(form: string, depth: number, statements = 0): string {
    let counter: Counter | null = null;
    return form.replace(/<([=?#~]?)([\w.-]+)>/g, (_, sign: string, name: string) => {
      if (sign === "~") return String(this.#random.below(Number(name)));
      if (name.includes("..")) return this.#index(name);
      if (name === "counter") {
        counter ??= this.#newCounter();
        return counter.name;
      }
      if (name === "from") return String(this.#random.below(6) - 2);
      if (name === "body") return this.statements(1 + this.#random.below(3), statements);
      if (name === "leave") return this.#leave();
      const type = name as TypeName;
      if (sign === "=") return this.#place(type);
      if (sign === "#") return this.#literal(type);
      return sign === "?" ? this.#read(type, depth) : this.expression(type, depth);
    });
  }

  #newCounter(): Counter {
    const counter = { name: `n${this.#counters.length}`, type: this.#random.pick(COUNTER_TYPES) };
    this.#counters.push(counter);
    this.#running.push(counter);
    return counter;
  }

  #leave(): string {
    const picked = this.#random.below(12);
    const word = picked < 3 ? "EXIT" : picked < 6 ? "CONTINUE" : picked === 6 ? "RETURN" : null;
    return word === null ? ";" : `IF ${this.expression("BOOL", 1)} THEN ${word}; END_IF;`;
  }

  /** Out of bounds now and then, but not when everybody sees it. */
  #index(bounds: string): string {
    const [low, high] = bounds.split("..").map(Number) as [number, number];
    if (this.#running.length > 0 && this.#random.chance(60)) {
      const counter = this.#random.pick(this.#running).name;
      return this.#random.pick([counter, `${counter} + 1`, `${counter} - 1`, `${counter} * 2 MOD 8`]);
    }
    return this.#random.chance(50)
      ? String(low + this.#random.below(high - low + 1))
      : `${this.#random.pick(this.#own("INT"))} MOD 8`;
  }

  #place(type: TypeName): string {
    const special = this.#special(this.#surroundings.places[type], 45);
    return special === null ? this.#random.pick(this.#own(type)) : this.#expanded(special, 0);
  }

  #read(type: TypeName, depth: number): string {
    const counters = this.#running.filter((counter) => counter.type === type);
    if (counters.length > 0 && this.#random.chance(40)) return this.#random.pick(counters).name;
    const value = depth > 0 ? this.#special(this.#surroundings.values?.[type], 10) : null;
    return value === null ? this.#place(type) : this.#expanded(value, depth - 1);
  }

  #literal(type: TypeName): string {
    const all = literals(type);
    return all.length === 0 ? this.#read(type, 0) : this.#random.pick(all);
  }
}
