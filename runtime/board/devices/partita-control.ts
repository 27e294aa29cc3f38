/** The partita device's registers by which a system partition controls others and the module (partitions/sdk/partita.h). */
import type { BusResult } from "../../hart/engine.ts";
import type { StateReader, StateWriter } from "../../state.ts";
import { NO_ANSWER } from "./device.ts";
import { PARTITA_REGISTERS as R, PARTITA_RETURN_CODES as RETURN } from "./partita.ts";
import type { ControlHost } from "./partita-host.ts";

const NO_PARTITION = 0xffff_ffff;

export class PartitaControl {
  readonly #host: ControlHost;
  /** The text at a guest address. */
  readonly #textAt: (address: number) => string;
  #partition = NO_PARTITION;
  #status: number = RETURN.NO_ERROR;

  constructor(host: ControlHost, textAt: (address: number) => string) {
    this.#host = host;
    this.#textAt = textAt;
  }

  reset(): void {
    this.#partition = NO_PARTITION;
    this.#status = RETURN.NO_ERROR;
  }

  save(writer: StateWriter): void {
    writer.u32(this.#partition);
    writer.u32(this.#status);
  }

  restore(reader: StateReader): void {
    this.#partition = reader.u32();
    this.#status = reader.u32();
  }

  read(offset: number): number {
    switch (offset) {
      case R.CONTROL_SELECT:
        return this.#partition;
      case R.CONTROL_STATUS:
        return this.#status;
      case R.CONTROL_MODE:
        return this.#host.modeOf(this.#partition) >>> 0;
      default:
        return NO_ANSWER;
    }
  }

  write(offset: number, value: number): BusResult {
    switch (offset) {
      case R.CONTROL_LOOKUP:
        this.#lookUp(this.#textAt(value));
        return "ok";
      case R.CONTROL_SELECT:
        this.#partition = value;
        return "ok";
      case R.CONTROL_COMMAND:
        this.#status = this.#host.controlPartition(this.#partition, value);
        return "ok";
      case R.CONTROL_MODULE:
        this.#status = this.#host.controlModule(value);
        return "ok";
      default:
        return "fault";
    }
  }

  #lookUp(name: string): void {
    this.#partition = this.#host.findPartition(name) >>> 0;
    this.#status = this.#partition === NO_PARTITION ? RETURN.INVALID_CONFIG : RETURN.NO_ERROR;
  }
}
