/**
 * The control socket of a running module. Its file can be opened by the module's user alone (0600); what a module that died left
 * behind is cleared away, and a socket at which somebody answers never is: no two modules share one.
 */
import { chmodSync, closeSync, lstatSync, openSync, rmSync, statSync } from "node:fs";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import type { Clock } from "../../runtime/index.ts";
import { ControlConnection, type ControlHandler } from "./control-connection.ts";
import { unusablePath } from "./socket-path.ts";

/** There is no control socket. `message` is complete for a user. */
export class CannotControl extends Error {
  override readonly name = "CannotControl";

  constructor(path: string, reason: string, hint: string) {
    super(`there can be no control socket ${path}: ${reason}; ${hint}`);
  }
}

export interface ControlServer {
  readonly path: string;
  /** Hangs up on all clients, what was answered is sent, and removes the socket. */
  stop(): Promise<void>;
}

const MAX_CLIENTS = 16;
const ATTEMPTS = 20;
const PAUSE_MS = 100;
/** Whoever clears a socket away is done long before that, or died in between. */
const CLAIM_LASTS_MS = 10_000;

/** @throws CannotControl */
export const startControl = async (path: string, clock: Clock, handle: ControlHandler): Promise<ControlServer> => {
  const unusable = unusablePath(path);
  if (unusable !== null) throw new CannotControl(path, unusable, "give a shorter one with --control");
  const clients = new Set<ControlConnection>();
  const server = createServer((socket) => accept(socket, clients, handle));
  for (let attempt = 1; !(await canListen(server, path)); attempt++) {
    if (attempt === ATTEMPTS) throw new CannotControl(path, "others are busy with it", "try again");
    await clearAway(path, clock);
  }
  return {
    path,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const client of clients) client.close();
      }),
  };
};

const accept = (socket: Socket, clients: Set<ControlConnection>, handle: ControlHandler): void => {
  if (clients.size >= MAX_CLIENTS) {
    const what = `the module has ${MAX_CLIENTS} clients already`;
    ControlConnection.turnAway(socket, "too-many-clients", what, "end one of the others");
    return;
  }
  const client = new ControlConnection(socket, handle);
  clients.add(client);
  socket.once("close", () => clients.delete(client));
};

/** @returns false when something lies at the path. */
const canListen = (server: Server, path: string): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => {
      if (error.code === "EADDRINUSE") resolve(false);
      else reject(new CannotControl(path, error.message, "give another path with --control"));
    };
    server.once("error", fail);
    // The file is made while `listen` is called; nobody else is to open it before its mode is set.
    const before = process.umask(0o177);
    server.listen(path, () => {
      server.removeListener("error", fail);
      chmodSync(path, 0o600);
      resolve(true);
    });
    process.umask(before);
  });

/** Removes a socket at which nobody answers. Only one does so at a time, or the second would remove the first one's new socket. */
const clearAway = async (path: string, clock: Clock): Promise<void> => {
  const claim = `${path}.claim`;
  if (!claimed(claim, clock)) return pause();
  try {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found === undefined) return;
    if (!found.isSocket()) throw new CannotControl(path, "a file lies there", "give another path with --control");
    if (await answers(path)) {
      const hint = "stop it with partita ctl shutdown, or give this one another path with --control";
      throw new CannotControl(path, "a module runs with it", hint);
    }
    rmSync(path, { force: true });
  } finally {
    rmSync(claim, { force: true });
  }
};

const claimed = (claim: string, clock: Clock): boolean => {
  try {
    closeSync(openSync(claim, "wx", 0o600));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const madeAtMs = statSync(claim, { throwIfNoEntry: false })?.ctimeMs ?? Infinity;
    if (clock.nowMs() - madeAtMs > CLAIM_LASTS_MS) rmSync(claim, { force: true });
    return false;
  }
};

const answers = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection(path);
    const end = (alive: boolean) => () => {
      socket.destroy();
      resolve(alive);
    };
    socket.once("connect", end(true));
    socket.once("error", end(false));
  });

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
