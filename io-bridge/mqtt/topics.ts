/**
 * What travels over MQTT as plain JSON (configs/schema/telemetry.schema.json):
 *   prefix/module/partition/point          {"value": 4.2, "quality": "good", "timestamp": 1700000000000}   retained
 *   prefix/module/partition/point/history  the same with "historical": true, later than it was reported
 *   prefix/module/partition/point/set      {"value": 4.5} or just 4.5                                      a command
 *   prefix/module/status                   {"status": "online", "timestamp": 1700000000000}                retained; last will: offline
 *   prefix/module/schema                   that schema                                                     retained
 * `timestamp` is the source's, in milliseconds since 1970 UTC; `value` is null where JSON has no number (NaN, infinities); of a
 * STRING or WSTRING it is a text, whose characters beyond Latin-1 only a WSTRING takes. With a buffer on disk each report has a
 * `sequence`: one more than the report before it of the link. After a start of the module it goes on at a multiple of 2^32; any
 * other gap is what was lost. A report that comes again has the number it had before.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { isText, lengthOf, type Point, type PointType, type PointValue, type Quality } from "../../runtime/index.ts";
import { fromJsonValue, toJsonValue } from "../point-value.ts";
import type { Message } from "./broker-session.ts";

/** Longest command that is looked at; of a text each character may be as long as \u00e9. */
const MAX_COMMAND_BYTES = 1024;
const MAX_CHARACTER_BYTES = 6;
const COMMAND_LEVEL = "set";

/** The name of a module's own client. */
export const clientId = (module: string, link: string): string => `partita-${module}-${link}`;
/** Above all topics of a module. */
export const moduleTopic = (prefix: string, module: string): string => `${prefix}/${module}`;
export const pointTopic = (module: string, partition: string, point: string): string =>
  `${module}/${partition}/${point}`;
export const commandTopic = (topicOfPoint: string): string => `${topicOfPoint}/${COMMAND_LEVEL}`;
/** Every command of the module, also such as name no point. */
export const commandFilter = (module: string): string => `${module}/+/+/${COMMAND_LEVEL}`;
/** Whether `commandFilter` takes it. */
export const isCommand = (module: string, topic: string): boolean =>
  topic.startsWith(`${module}/`) && /^[^/]*\/[^/]*\/set$/.test(topic.slice(module.length + 1));
export const historyTopic = (topicOfPoint: string): string => `${topicOfPoint}/history`;
export const statusTopic = (module: string): string => `${module}/status`;

/** `import.meta.resolve` does not know "#…" under vitest; `require.resolve` does everywhere. */
const schema = JSON.stringify(
  JSON.parse(readFileSync(createRequire(import.meta.url).resolve("#telemetry-schema"), "utf8")),
);

/** What all payloads are like. */
export const schemaMessage = (module: string): Message => ({
  topic: `${module}/schema`,
  payload: schema,
  qos: 1,
  retain: true,
  properties: { contentType: "application/schema+json", payloadFormatIndicator: true },
});

/** A value as it was when it was reported. */
export interface Report {
  readonly value: PointValue;
  readonly quality: Quality;
  /** Of the source, ms since 1970. */
  readonly timestamp: number;
  readonly sequence: number | null;
}

export const telemetryPayload = (type: PointType, report: Report, isHistorical = false): string =>
  JSON.stringify({
    value: toJsonValue(type, report.value),
    quality: report.quality,
    timestamp: report.timestamp,
    sequence: report.sequence ?? undefined,
    historical: isHistorical || undefined,
  });

/** @param timestamp left out in a last will: nobody knows when it will be. */
export const statusPayload = (status: "online" | "offline", timestamp?: number): string =>
  JSON.stringify(timestamp === undefined ? { status } : { status, timestamp });

/** The value that a command asks for, or why it is refused. */
export const parseCommand = (
  payload: Buffer,
  point: Pick<Point, "type" | "bytes">,
): { readonly value: PointValue } | { readonly refused: string } => {
  const most = MAX_COMMAND_BYTES + (isText(point.type) ? MAX_CHARACTER_BYTES * lengthOf(point) : 0);
  if (payload.length > most) return { refused: `longer than ${most} bytes` };
  let sent: unknown;
  try {
    sent = JSON.parse(payload.toString("utf8"));
  } catch {
    return { refused: "not JSON" };
  }
  if (typeof sent === "object" && sent !== null) {
    if (!("value" in sent)) return { refused: 'an object without "value"' };
    return fromJsonValue(point, sent.value);
  }
  return fromJsonValue(point, sent);
};
