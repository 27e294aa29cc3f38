/** The types that one random program uses: few, so that what it draws in of the library is little. */
import { TYPES, type TypeName } from "./grammar.ts";
import type { Random } from "./random.ts";

const ALWAYS: readonly TypeName[] = ["BOOL", "INT", "DINT"];
/** Of each of the others, in percent. */
const CHANCE = 12;

const isType = (word: string): word is TypeName => (TYPES as readonly string[]).includes(word);

export class Vocabulary {
  readonly types: readonly TypeName[];
  readonly #usable = new Map<readonly string[], readonly string[]>();

  constructor(random: Random) {
    this.types = TYPES.filter((type) => ALWAYS.includes(type) || random.chance(CHANCE));
  }

  /** Those of the forms that ask for nothing of another type. */
  usable(forms: readonly string[] = []): readonly string[] {
    const known = this.#usable.get(forms);
    if (known !== undefined) return known;
    const usable = forms.filter((form) => this.#hasAll(form));
    this.#usable.set(forms, usable);
    return usable;
  }

  #hasAll(form: string): boolean {
    const asked = [...form.matchAll(/<[=?#]?([\w]+)>/g)].map(([, word]) => word!);
    return asked.every((word) => !isType(word) || this.types.includes(word));
  }
}
