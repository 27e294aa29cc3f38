/** What a rule is: one thing that a config must keep and a schema cannot say. Each has a file here and one in configs/invalid/. */
import type { Draft } from "../draft.ts";
import type { Finding } from "../finding.ts";

export interface Rule {
  /** Also the rule's file name. */
  readonly code: string;
  /** The rule in one sentence, as it must be. */
  readonly description: string;
  /** A warning does not keep the module from running; it is looked for only when there are no problems. */
  readonly severity?: "warning";
  check(draft: Draft): Iterable<Omit<Finding, "code">>;
}
