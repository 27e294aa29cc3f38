/** Binds a server to its address, or says in plain words why that cannot be and what to do. */
import type { Server } from "node:net";

/** A listener that could not start. `message` is complete for a user: no stack is needed to understand it. */
export class CannotListen extends Error {
  override readonly name = "CannotListen";
  /** The config entry: `io.modbusServers "scada"`. */
  readonly entry: string;
  /** `127.0.0.1:5020`, `/dev/ttyS0` */
  readonly where: string;
  readonly hint: string;

  constructor(entry: string, where: string, reason: string, hint: string) {
    super(`${entry} cannot listen on ${where}: ${reason}; ${hint}`);
    this.entry = entry;
    this.where = where;
    this.hint = hint;
  }
}

const REASONS: Record<string, { readonly reason: string; readonly hint: string }> = {
  EADDRINUSE: { reason: "the port is in use", hint: "stop the program that uses it, or give this entry another port" },
  EACCES: { reason: "this user may not use the port", hint: "choose a port above 1023, or grant the right to bind it" },
  EADDRNOTAVAIL: { reason: "this machine has no such address", hint: "use 127.0.0.1, or an address of this machine" },
  ENOTFOUND: { reason: "the host name is unknown", hint: "use 127.0.0.1, or an address of this machine" },
};

/** @returns the port bound, which differs from `port` when that is 0. @throws CannotListen */
export const listen = (server: Server, entry: string, host: string, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => {
      const known = REASONS[error.code ?? ""];
      const { reason, hint } = known ?? { reason: error.message, hint: "check host and port of this entry" };
      reject(new CannotListen(entry, `${host}:${port}`, reason, hint));
    };
    server.once("error", fail);
    server.listen(port, host, () => {
      server.removeListener("error", fail);
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
