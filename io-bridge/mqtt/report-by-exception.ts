/** When a point is reported: on change beyond its deadband, no sooner than its minimum and no later than its maximum period. */
import type { MqttPublication, PointValue, Quality } from "../../runtime/index.ts";

export type ReportLimits = Pick<MqttPublication, "deadband" | "minReportMs" | "maxReportMs">;

export class ReportByException {
  readonly #limits: ReportLimits;
  #last: { readonly value: PointValue; readonly quality: Quality; readonly atMs: number } | null = null;

  constructor(limits: ReportLimits) {
    this.#limits = limits;
  }

  /** @param nowMs monotonic. */
  isDue(value: PointValue, quality: Quality, nowMs: number): boolean {
    if (this.#last === null) return true;
    const sinceMs = nowMs - this.#last.atMs;
    const { minReportMs, maxReportMs } = this.#limits;
    if (sinceMs < minReportMs) return false;
    if (maxReportMs > 0 && sinceMs >= maxReportMs) return true;
    return quality !== this.#last.quality || this.#isBeyondDeadband(value, this.#last.value);
  }

  /** Whether the last report no longer says what is so, however little. */
  isOutdated(value: PointValue, quality: Quality): boolean {
    return this.#last === null || quality !== this.#last.quality || !Object.is(value, this.#last.value);
  }

  reported(value: PointValue, quality: Quality, nowMs: number): void {
    this.#last = { value, quality, atMs: nowMs };
  }

  /** Makes the point due: nobody can be sure that the last report arrived. */
  forget(): void {
    this.#last = null;
  }

  #isBeyondDeadband(value: PointValue, last: PointValue): boolean {
    if (Object.is(value, last)) return false;
    const isWide = typeof value === "bigint" && typeof last === "bigint";
    const distance = Math.abs(isWide ? Number(value - last) : Number(value) - Number(last));
    return (
      typeof value === "boolean" ||
      typeof value === "string" ||
      Number.isNaN(distance) ||
      distance > this.#limits.deadband
    );
  }
}
