/** Modbus clients on loopback that ask a server for registers at a steady pace, whatever it answers. */
import { connect } from "node:net";

/** Input registers 0 to 9 of unit 1. */
const REQUEST = Buffer.from("00010000000601040000000a", "hex");

/** @returns what stops them. */
export const keepAsking = (port: number, clients: number, everyMs: number): (() => void) => {
  const sockets = Array.from({ length: clients }, () =>
    connect({ host: "127.0.0.1", port, noDelay: true })
      .on("error", () => undefined)
      .resume(),
  );
  const timer = setInterval(() => {
    for (const socket of sockets) socket.write(REQUEST);
  }, everyMs);
  return () => {
    clearInterval(timer);
    for (const socket of sockets) socket.destroy();
  };
};
