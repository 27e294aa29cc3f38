/**
 * One TCP connection to field devices, used one request at a time. modbus-serial codes the requests and checks the answers;
 * the socket, the time limits and the echoes of writes are ours: the library has no time limit of its own, does not notice a
 * lost socket, and would take a late answer for the next one. So whatever goes unanswered ends the connection.
 */
import { connect, type Socket } from "node:net";
import modbusSerial from "modbus-serial";
import type { ModbusArea } from "../../../runtime/index.ts";

export type Outcome =
  /** For a read its bits (0 or 1) or registers, exactly as many as were asked for; for a write none. */
  | { readonly kind: "answered"; readonly data: readonly number[] }
  /** The device answered that it will not (MODBUS Application Protocol V1.1b3 §7). */
  | { readonly kind: "exception"; readonly code: number }
  /** No answer in time, the connection lost, or an answer that is none. */
  | { readonly kind: "unanswered"; readonly reason: string };

/** Bytes that a device may send for one request; the longest frame has 260. */
const MAX_ANSWER_BYTES = 1024;

const exceptionCodeOf = (error: unknown): number | null =>
  error instanceof Error && "modbusCode" in error && typeof error.modbusCode === "number" ? error.modbusCode : null;

export class Line {
  readonly #timeoutMs: number;
  readonly #lost: (reason: string) => void;
  #socket: Socket | null = null;
  #modbus = new modbusSerial.default();
  /** Bytes that came since the last request was sent. */
  #received = 0;
  /** Ends the request, or the attempt to connect, that is under way. */
  #interrupt: ((reason: string) => void) | null = null;

  /** @param lost called when the connection is lost while nobody waits for an answer. */
  constructor(timeoutMs: number, lost: (reason: string) => void) {
    this.#timeoutMs = timeoutMs;
    this.#lost = lost;
  }

  get isOpen(): boolean {
    return this.#socket !== null;
  }

  open(host: string, port: number): Promise<Outcome> {
    const socket = connect({ host, port, noDelay: true });
    this.#socket = socket;
    socket.on("error", (error: NodeJS.ErrnoException) => this.#drop(socket, error.code ?? error.message));
    socket.on("close", () => this.#drop(socket, "connection closed by the device"));
    socket.on("data", (chunk) => {
      this.#received += chunk.length;
      if (this.#received > MAX_ANSWER_BYTES) this.#drop(socket, "a flood of bytes from the device");
    });
    const linked = new Promise<void>((resolve) => socket.once("connect", () => resolve())).then(() => {
      this.#modbus = new modbusSerial.default();
      this.#modbus.on("error", () => undefined); // the socket's own events say it
      return this.#modbus.linkTCP(socket, { port });
    });
    return this.#answerTo(linked, () => []);
  }

  close(reason: string): void {
    if (this.#socket !== null) this.#drop(this.#socket, reason);
  }

  read(unit: number, area: ModbusArea, address: number, quantity: number): Promise<Outcome> {
    this.#modbus.setID(unit);
    if (area === "coil" || area === "discreteInput") {
      const asked =
        area === "coil"
          ? this.#modbus.readCoils(address, quantity)
          : this.#modbus.readDiscreteInputs(address, quantity);
      return this.#answerTo(asked, ({ data }) => (data.length < quantity ? null : data.slice(0, quantity).map(Number)));
    }
    const asked =
      area === "inputRegister"
        ? this.#modbus.readInputRegisters(address, quantity)
        : this.#modbus.readHoldingRegisters(address, quantity);
    return this.#answerTo(asked, ({ data }) => (data.length === quantity ? data : null));
  }

  writeCoil(unit: number, address: number, on: boolean): Promise<Outcome> {
    this.#modbus.setID(unit);
    return this.#answerTo(this.#modbus.writeCoil(address, on), (echo) =>
      echo.address === address && echo.state === on ? [] : null,
    );
  }

  writeRegisters(unit: number, address: number, registers: readonly number[]): Promise<Outcome> {
    this.#modbus.setID(unit);
    const [only] = registers;
    if (registers.length === 1 && only !== undefined) {
      return this.#answerTo(this.#modbus.writeRegister(address, only), (echo) =>
        echo.address === address && echo.value === only ? [] : null,
      );
    }
    return this.#answerTo(this.#modbus.writeRegisters(address, [...registers]), (echo) =>
      echo.address === address && echo.length === registers.length ? [] : null,
    );
  }

  /** @param dataOf what the answer holds, or null when it does not fit the request. */
  #answerTo<Answer>(asked: Promise<Answer>, dataOf: (answer: Answer) => readonly number[] | null): Promise<Outcome> {
    this.#received = 0;
    return new Promise((resolve) => {
      let isSettled = false;
      const settle = (outcome: Outcome): void => {
        if (isSettled) return;
        isSettled = true;
        clearTimeout(timer);
        this.#interrupt = null;
        resolve(outcome);
      };
      const timer = setTimeout(() => {
        if (!isSettled) this.close(`no answer within ${this.#timeoutMs} ms`);
      }, this.#timeoutMs);
      this.#interrupt = (reason) => settle({ kind: "unanswered", reason });
      const taken = (answer: Answer): void => {
        const data = dataOf(answer);
        if (data !== null) settle({ kind: "answered", data });
        else if (!isSettled) this.close("an answer to another request");
      };
      const refused = (error: unknown): void => {
        const code = exceptionCodeOf(error);
        if (code !== null) settle({ kind: "exception", code });
        else if (!isSettled) this.close(error instanceof Error ? error.message : "an answer that is none");
      };
      asked.then(taken, refused);
    });
  }

  #drop(socket: Socket, reason: string): void {
    if (this.#socket !== socket) return;
    this.#socket = null;
    socket.destroy();
    if (this.#interrupt === null) this.#lost(reason);
    else this.#interrupt(reason);
  }
}
