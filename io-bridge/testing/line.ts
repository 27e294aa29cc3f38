/** For tests of what happens when a connection is lost: a line to a server on this machine that can be cut and mended. */
import { connect, createServer, type Socket } from "node:net";
import type { Captured } from "./capture.ts";
import type { Cleanups } from "./mosquitto.ts";

export const startLine = async (cleanups: Cleanups, to: number) => {
  const sockets = new Set<Socket>();
  const traffic: Captured[] = [];
  let isDown = false;
  const server = createServer((near) => {
    const far = connect({ port: to, host: "127.0.0.1" });
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        near.destroy();
        far.destroy();
      });
    }
    near.on("data", (bytes: Buffer) => traffic.push({ from: "client", bytes }));
    far.on("data", (bytes: Buffer) => traffic.push({ from: "server", bytes }));
    if (isDown) near.destroy();
    else near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  cleanups.add(() => {
    cut();
    server.close();
  });
  return {
    port: (server.address() as { port: number }).port,
    /** All that went through, in order. */
    traffic: traffic as readonly Captured[],
    /** Ends the connections that there are. */
    cut,
    /** Of the connections that there are nothing arrives any longer, at either end, and neither can tell. */
    hang: (): void => {
      for (const socket of sockets) socket.unpipe();
    },
    /** Until `up`, whoever connects is cut off. */
    down: (): void => {
      isDown = true;
      cut();
    },
    up: (): void => {
      isDown = false;
    },
  };
};
