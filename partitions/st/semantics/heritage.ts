/** Which class extends which, by their full names: known from the declarations alone, before anything is resolved. */

export class Heritage {
  readonly #bases = new Map<string, { readonly text: string; readonly base: () => string }>();

  /** `base`: the key of what it extends, to be asked for when everything is declared. */
  add(key: string, text: string, base: () => string): void {
    this.#bases.set(key, { text, base });
  }

  isExtended(key: string): boolean {
    return [...this.#bases.values()].some(({ base }) => base() === key);
  }

  /** The names by which a class extends itself; null: it does not. */
  cycle(key: string): readonly string[] | null {
    const chain = [key];
    for (let base = this.#bases.get(key)?.base(); base !== undefined; base = this.#bases.get(base)?.base()) {
      if (base === key) return [...chain, key].map((each) => this.#bases.get(each)!.text);
      if (chain.includes(base)) return null;
      chain.push(base);
    }
    return null;
  }
}
