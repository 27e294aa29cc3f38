/** The client's side of a request: finds the module that is meant, asks, and turns what is refused into words and an exit status. */
import {
  CannotConnect,
  ControlClient,
  type Json,
  modulesWithSockets,
  socketPathOf,
} from "../../../io-bridge/control/index.ts";
import { suggested } from "../../config/index.ts";
import { UserError } from "../environment.ts";

/** Which module is meant. */
export interface ControlAddress {
  readonly module?: string;
  readonly socket?: string;
}

export class ControlSession {
  readonly #client: ControlClient;

  private constructor(client: ControlClient) {
    this.#client = client;
  }

  /** @throws UserError when no module answers there. */
  static async open(address: ControlAddress): Promise<ControlSession> {
    const path = address.socket ?? socketPathOf(address.module ?? (await onlyModule()));
    try {
      return new ControlSession(await ControlClient.connect(path));
    } catch (error) {
      if (!(error instanceof CannotConnect)) throw error;
      throw new UserError(`no module answers at ${path} (${error.code}): ${await hintFor(address)}`);
    }
  }

  /** @returns the result. @throws UserError when it is refused. */
  async ask<Result>(verb: string, members: Readonly<Record<string, Json>> = {}): Promise<Result> {
    const outcome = await this.#client.request(verb, members);
    if (outcome === null) throw new UserError("the module has stopped");
    if (!outcome.ok) throw new UserError(`${outcome.error.what}: ${outcome.error.hint}`);
    // Both ends are of the same version: the client says so in every request.
    return outcome.result as Result;
  }

  close(): void {
    this.#client.close();
  }
}

/** Those of the sockets at which somebody answers. */
const runningModules = async (): Promise<readonly string[]> => {
  const found: string[] = [];
  for (const name of modulesWithSockets()) {
    const client = await ControlClient.connect(socketPathOf(name)).catch(() => null);
    client?.close();
    if (client !== null) found.push(name);
  }
  return found;
};

const NOTHING_RUNS = "no module is running; partita run starts one";

const onlyModule = async (): Promise<string> => {
  const running = await runningModules();
  const [only, ...more] = running;
  if (only === undefined) throw new UserError(NOTHING_RUNS);
  if (more.length > 0) throw new UserError(`say which module with --module: ${running.join(", ")}`);
  return only;
};

const hintFor = async ({ module, socket }: ControlAddress): Promise<string> => {
  if (socket !== undefined) return "give the path that the module was run with as --control";
  const running = await runningModules();
  if (running.length === 0) return NOTHING_RUNS;
  return suggested(module ?? "", running) ?? `running are ${running.join(", ")}`;
};
