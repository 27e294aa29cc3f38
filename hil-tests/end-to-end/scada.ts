/** A SCADA station made of programs that no one here wrote: mbpoll and the mosquitto clients. */
import { output, Program } from "./program.ts";

const MODBUS = ["-m", "tcp", "-a", "1", "-0", "-B", "-1"];

/** Values that mbpoll reads; `table` as its -t option names it (`3:float`). */
const poll = async (port: number, table: string, address: number, count: number): Promise<number[]> => {
  const where = ["-p", `${port}`, "-t", table, "-r", `${address}`, "-c", `${count}`, "127.0.0.1"];
  const text = await output("mbpoll", ...MODBUS, ...where);
  return [...text.matchAll(/^\[\d+\]:\s+(\S+)/gm)].map((match) => Number(match[1]));
};

export const readFloats = (port: number, address: number, count: number) => poll(port, "3:float", address, count);
export const readHoldingFloats = (port: number, address: number, count: number) =>
  poll(port, "4:float", address, count);
export const readDiscreteInputs = (port: number, address: number, count: number) => poll(port, "1", address, count);

export const writeFloat = async (port: number, address: number, value: number): Promise<void> => {
  const where = ["-p", `${port}`, "-t", "4:float", "-r", `${address}`, "127.0.0.1"];
  await output("mbpoll", ...MODBUS.filter((word) => word !== "-1"), ...where, "--", `${value}`);
};

export interface Telemetry {
  readonly value: number | boolean;
  readonly quality: string;
  readonly timestamp: number;
}

/** mosquitto_sub on everything below `prefix`, and the latest message of each topic. */
export class Subscriber {
  readonly #program: Program;
  readonly #prefix: string;

  constructor(port: number, prefix: string) {
    this.#prefix = prefix;
    this.#program = new Program("mosquitto_sub", ["-h", "127.0.0.1", "-p", `${port}`, "-v", "-t", `${prefix}/#`]);
  }

  /** The latest message on `prefix/point`, waiting for the first one. */
  async latest(point: string): Promise<Telemetry> {
    const topic = `${this.#prefix}/${point} `;
    await this.#program.line(new RegExp(`^${topic}`), 10_000);
    const line = this.#program.lines.findLast((text) => text.startsWith(topic))!;
    return JSON.parse(line.slice(topic.length));
  }

  async end(): Promise<void> {
    await this.#program.end("SIGTERM");
  }
}

export const publish = async (port: number, topic: string, payload: string): Promise<void> => {
  await output("mosquitto_pub", "-h", "127.0.0.1", "-p", `${port}`, "-q", "1", "-t", topic, "-m", payload);
};

/** Asks `attempt` again and again until it gives no complaint. @throws the last complaint after `withinMs`. */
export const eventually = async (withinMs: number, attempt: () => Promise<string | null>): Promise<void> => {
  const deadline = AbortSignal.timeout(withinMs);
  for (;;) {
    const complaint = await attempt();
    if (complaint === null) return;
    if (deadline.aborted) throw new Error(`not within ${withinMs / 1000} s: ${complaint}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
};
