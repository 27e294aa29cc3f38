/** Words for what a running board reports: one log line each, with board time, frame and partition as fields. */
import type { Logger } from "pino";
import type { BoardMessage, LoggedInstant } from "../host/board-job.ts";
import type { RetainedNote } from "../host/retained-files.ts";
import type { HealthRecord, Incident } from "../hypervisor/index.ts";
import type { System } from "../system.ts";
import { describeRecord } from "./health-words.ts";
import type { SourcePlaces } from "./source-places.ts";

const hex = (value: number): string => `0x${(value >>> 0).toString(16).padStart(8, "0")}`;

export class RunLog {
  readonly #log: Logger;
  readonly #system: System;
  readonly #sources: SourcePlaces;

  constructor(log: Logger, system: System, sources: SourcePlaces) {
    this.#log = log;
    this.#system = system;
    this.#sources = sources;
  }

  message(message: Exclude<BoardMessage, { kind: "ended" | "running" | "answer" }>): void {
    if (message.kind === "notRealTime") {
      this.#log.warn(
        { reason: message.reason },
        "slots are not scheduled before other programs: run it as root, or give it CAP_SYS_NICE",
      );
      return;
    }
    const place = this.#place(message.at);
    if (message.kind === "incident") this.#incident(message.incident, { ...place, ...this.#unsaid(message.unsaid) });
    else if (message.kind === "uart") this.#log.info(place, `uart: ${message.text}`);
    else if (message.kind === "scheduleSwitched")
      this.#log.info(place, `the module goes on in schedule ${message.schedule}`);
    else
      this.#log.warn(
        place,
        "the run fell behind by more than maxLateness: its pace starts afresh, inputs are uncertain",
      );
  }

  /** What became of the files of retained data. */
  retained(note: RetainedNote): void {
    const { partition, file } = note;
    if (note.kind === "restored") this.#log.info({ partition, file }, "retained data restored: it starts warm");
    else if (note.kind === "notSaved") {
      this.#log.error({ partition, file, reason: note.reason }, "retained data cannot be saved; it is tried again");
    } else {
      const kept = note.keptAs === null ? {} : { keptAs: note.keptAs };
      this.#log.warn({ partition, file, ...kept }, `retained data refused: ${note.reason}; it starts cold`);
    }
  }

  #incident(incident: Incident, fields: object): void {
    const log = this.#log;
    switch (incident.kind) {
      case "error":
        this.#error(incident.record, fields);
        return;
      case "modeChanged":
        log.info(fields, `mode ${incident.from} → ${incident.to}`);
        return;
      case "suspended":
      case "resumed":
        log.info(fields, incident.kind);
        return;
      case "replaced":
        log.info(fields, "its program has been replaced");
        return;
      case "cloned":
        log.info(fields, "it goes on from the state of the partition that it is a clone of");
        return;
      case "poweredOff":
        log.info({ ...fields, code: incident.code }, "the guest powered its board off");
        return;
    }
  }

  #error(record: HealthRecord, fields: object): void {
    const { error, action, trap, pc, value } = record;
    const what = trap === null ? { detail: value } : { cause: trap, address: hex(value) };
    const source = this.#sources.of(record);
    const at = { ...fields, error, action, ...what, pc: hex(pc), ...(source === null ? {} : { source }) };
    if (trap === null) this.#log.warn(at, describeRecord(record));
    else this.#log.error(at, describeRecord(record));
  }

  #place({ cycle, frame, partition }: LoggedInstant): object {
    const name = this.#system.partitions[partition]?.name;
    return { boardTime: cycle / this.#system.clock, frame, ...(name === undefined ? {} : { partition: name }) };
  }

  #unsaid(count: number): object {
    return count === 0 ? {} : { moreBefore: count };
  }
}
