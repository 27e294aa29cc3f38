/** Opens serial ports. The library is loaded by the first: most modules have none. */
import type { Duplex } from "node:stream";
import type { SerialLine } from "../../runtime/index.ts";

/** @throws when there is no such port, or it is somebody else's. */
export const openSerialPort = async ({ path, baudRate, parity, stopBits }: SerialLine): Promise<Duplex> => {
  const { SerialPort } = await import("serialport");
  return new Promise((resolve, reject) => {
    const port = new SerialPort({ path, baudRate, parity, stopBits, dataBits: 8, lock: true }, (error) => {
      if (error === null) resolve(port);
      else reject(error);
    });
    // The library's streams have no destroy of their own: without this the port would stay open and locked.
    port.once("close", () => {
      if (port.isOpen) port.close(() => undefined);
    });
  });
};

/** How long `characters` take: start, data, parity and stop bits each, ms. */
export const durationMs = ({ baudRate, parity, stopBits }: SerialLine, characters: number): number =>
  (characters * (1 + 8 + (parity === "none" ? 0 : 1) + stopBits) * 1000) / baudRate;
