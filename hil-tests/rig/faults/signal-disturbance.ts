/** A fault of one input at work: turns what is offered into what the partition sees. */
import { type PointCells, QUALITY } from "../../../runtime/index.ts";
import type { ModbusClientMapping, PointValue } from "../../../runtime/system.ts";
import { normalAt } from "../../plants/random.ts";
import { fieldsOf, type Restore } from "../../plants/restore.ts";
import { asNumber, asValue, type ChannelKind, kindOf } from "../channels.ts";
import type { NamedPoint } from "../point-names.ts";
import { put, spoil } from "../wiring.ts";
import type { SignalFault } from "./fault.ts";

export class SignalDisturbance {
  readonly named: NamedPoint;
  readonly #fault: SignalFault;
  readonly #kind: ChannelKind;
  readonly #mapping: ModbusClientMapping | undefined;
  /** Virtual time of its first frame, s. */
  start = Number.NaN;
  /** What a stuck input stays at. */
  readonly #held: PointValue;

  /**
   * @param held what the partition saw last.
   * @param mapping the input's device, when it has one.
   */
  constructor(named: NamedPoint, fault: SignalFault, held: PointValue, mapping: ModbusClientMapping | undefined) {
    this.named = named;
    this.#held = held;
    this.#fault = fault;
    this.#kind = kindOf(named.point.type);
    this.#mapping = mapping;
  }

  /** @param seen the input's partition's cells, as offered; frames are counted from power-on. */
  apply(seen: PointCells, time: number, frame: number): void {
    if (Number.isNaN(this.start)) this.start = time;
    const { point } = this.named;
    const fault = this.#fault;
    if (fault.kind === "dropout") spoil(seen, this.named, this.#mapping);
    else if (fault.kind === "quality") seen.quality[point.index] = QUALITY[fault.quality];
    else if (seen.qualityOf(point.index) !== "bad")
      put(seen, this.named, this.#disturbed(seen.get(point.index), time, frame));
  }

  checkpoint(): Restore {
    return fieldsOf(this);
  }

  #disturbed(value: PointValue, time: number, frame: number): PointValue {
    const fault = this.#fault;
    switch (fault.kind) {
      case "stuck":
        return this.#held;
      case "reads":
        return asValue(Number(fault.value), this.#kind);
      case "offset":
        return this.#moved(value, fault.by);
      case "drift":
        return this.#moved(value, fault.perSecond * (time - this.start));
      case "noise":
        return this.#moved(value, fault.deviation * normalAt(fault.seed ?? 1, frame));
      default:
        return value;
    }
  }

  #moved(value: PointValue, by: number): PointValue {
    return asValue(asNumber(value) + by, this.#kind);
  }
}
