/** A partition as a device of an edge node (Sparkplug 3.0.0 §1.5): its points as metrics, told at birth and when they change. */
import type { MqttPublication, PointRef, Quality } from "../../runtime/index.ts";
import { ReportByException } from "../mqtt/report-by-exception.ts";
import type { ProcessImage } from "../process-image.ts";
import type { ScalarType, ScalarValue } from "./data-types.ts";
import type { Metric } from "./payload.ts";
import { DATA_TYPE_OF_POINT, metricValueOf, pointValueOf, qualityProperty } from "./point-metrics.ts";
import type { ReceivedMetric } from "./received.ts";

export interface DeviceMetric {
  readonly name: string;
  /** null: none are used. */
  readonly alias: number | null;
  readonly type: ScalarType;
  readonly point: PointRef;
  readonly isWritable: boolean;
  readonly rule: ReportByException;
  /** What was told last is not what hosts take for the present value: it went into history. */
  isOwed: boolean;
  /** As hosts know it. */
  quality: Quality | null;
}

/** A metric's value as it was when it was reported. */
export interface Report {
  readonly metric: string;
  readonly type: ScalarType;
  readonly value: ScalarValue;
  readonly quality: Quality;
  /** Of the source, ms since 1970. */
  readonly timestamp: number;
}

export class Device {
  readonly id: string;
  readonly partition: number;
  readonly metrics: readonly DeviceMetric[];
  /** DBIRTH has been sent, and no DDEATH since. */
  isAlive = false;
  /** It lives though its partition is not NORMAL, for there is history of it to be told. */
  hasHistory = false;
  readonly #image: ProcessImage;
  readonly #byName: ReadonlyMap<string, DeviceMetric>;
  readonly #byAlias: ReadonlyMap<number | null, DeviceMetric>;

  /** @param nextAlias null: none are used. */
  constructor(
    id: string,
    partition: number,
    publications: readonly MqttPublication[],
    isWritable: (point: PointRef) => boolean,
    nextAlias: (() => number) | null,
    image: ProcessImage,
  ) {
    this.id = id;
    this.partition = partition;
    this.#image = image;
    this.metrics = publications.map((publication) => {
      const { name, type } = image.point(publication.point);
      return {
        name,
        alias: nextAlias === null ? null : nextAlias(),
        type: DATA_TYPE_OF_POINT[type],
        point: publication.point,
        isWritable: isWritable(publication.point),
        rule: new ReportByException(publication),
        isOwed: false,
        quality: null,
      };
    });
    this.#byName = new Map(this.metrics.map((metric) => [metric.name, metric]));
    this.#byAlias = new Map(nextAlias === null ? [] : this.metrics.map((metric) => [metric.alias, metric]));
  }

  get isNormal(): boolean {
    return this.#image.drives(this.partition);
  }

  /** Everything, as a DBIRTH tells it. */
  birth(nowMs: number): readonly Metric[] {
    return this.metrics.map((metric) => {
      const report = this.report(metric, nowMs);
      metric.isOwed = false;
      metric.quality = report.quality;
      return { name: metric.name, ...aliasOf(metric), ...told(report), properties: qualityProperty(report.quality) };
    });
  }

  /** Metrics to be reported now. @param nowMs monotonic. */
  due(nowMs: number): readonly DeviceMetric[] {
    return this.metrics.filter((metric) => metric.isOwed || this.isChanged(metric, nowMs));
  }

  /** Whether its rule wants it reported. */
  isChanged({ point, rule }: DeviceMetric, nowMs: number): boolean {
    const image = this.#image;
    return image.hasPublished(point) && rule.isDue(image.value(point), image.quality(point), nowMs);
  }

  /** The metric's value of now, which counts as reported. @param nowMs monotonic. */
  report({ name, type, point, rule }: DeviceMetric, nowMs: number): Report {
    const image = this.#image;
    const [value, quality] = [image.value(point), image.quality(point)];
    rule.reported(value, quality, nowMs);
    const told = metricValueOf(image.point(point).type, value);
    return { metric: name, type, value: told, quality, timestamp: image.timeMs(point) };
  }

  /** As a DDATA tells it: the quality, too, when hosts know another one. */
  data(metric: DeviceMetric, report: Report): Metric {
    const isNew = metric.quality !== report.quality;
    metric.isOwed = false;
    metric.quality = report.quality;
    return { ...nameIn(metric), ...told(report), ...(isNew && { properties: qualityProperty(report.quality) }) };
  }

  /** As a DDATA tells it later. @returns null: there is no such metric any longer. */
  historical(report: Report): Metric | null {
    const metric = this.#byName.get(report.metric);
    if (metric?.type !== report.type) return null;
    const properties = qualityProperty(report.quality);
    return { ...nameIn(metric), ...told(report), isHistorical: true, properties };
  }

  /** Hands a value in. @returns null, or why it is refused. */
  command(received: ReceivedMetric): { readonly refused: string } | null {
    const { name, alias } = received;
    const metric = name === undefined ? this.#byAlias.get(alias ?? null) : this.#byName.get(name);
    if (metric === undefined) return { refused: "no metric of the device" };
    if (!metric.isWritable) return { refused: `${metric.name} takes no commands` };
    const value = received.isNull ? undefined : received.as(metric.type);
    if (value === undefined) return { refused: `${metric.name} takes a value of type ${metric.type}` };
    const wanted = pointValueOf(this.#image.point(metric.point), value);
    if ("refused" in wanted) return wanted;
    this.#image.accept(metric.point, wanted.value);
    return null;
  }
}

const aliasOf = ({ alias }: DeviceMetric) => (alias === null ? {} : { alias });

/** Where aliases are used, data have nothing but them. */
const nameIn = (metric: DeviceMetric) => (metric.alias === null ? { name: metric.name } : aliasOf(metric));

const told = ({ type, value, timestamp }: Report) => ({ type, value, timestamp });
