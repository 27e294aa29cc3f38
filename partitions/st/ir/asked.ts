/**
 * What a piece of the translation asks of the rest of the program, with the answers that it got: while they would be the same, its
 * result is.
 */
export class Asked<Program> {
  readonly #questions: { readonly ask: (program: Program) => unknown; readonly answer: unknown }[] = [];
  /** What it rests on cannot be asked again. */
  isFleeting = false;

  /** @param ask gives what can be compared with `===`. */
  note(ask: (program: Program) => unknown, answer: unknown): void {
    this.#questions.push({ ask, answer });
  }

  /** Asks in the same order, up to the first that is answered otherwise, with all that asking does to the program. */
  holdsIn(program: Program): boolean {
    return !this.isFleeting && this.#questions.every(({ ask, answer }) => ask(program) === answer);
  }
}
