/** How a rig says that a module did not do what was expected of it. */

/** A test's expectation that the module did not meet. */
export class RigFailure extends Error {
  constructor(message: string, situation: string) {
    super(`${message}\n${situation}`);
    this.name = "RigFailure";
  }
}
