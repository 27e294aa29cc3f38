/**
 * What travels over MQTT as plain JSON:
 *   prefix/module/partition/point       {"value": 4.2, "quality": "good", "timestamp": 1700000000000}   retained
 *   prefix/module/partition/point/set   {"value": 4.5} or just 4.5                                      a command
 *   prefix/module/status                {"status": "online", "timestamp": 1700000000000}                retained; last will: offline
 * `timestamp` is the source's, in milliseconds since 1970 UTC; `value` is null where JSON has no number (NaN, infinities);
 * of a STRING or WSTRING it is a text, whose characters beyond Latin-1 only a WSTRING takes.
 */
import { isText, lengthOf, type Point, type PointType, type PointValue, type Quality } from "../../runtime/index.ts";
import { fromJsonValue, toJsonValue } from "../point-value.ts";

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
export const statusTopic = (module: string): string => `${module}/status`;

export const telemetryPayload = (type: PointType, value: PointValue, quality: Quality, timestamp: number): string =>
  JSON.stringify({ value: toJsonValue(type, value), quality, timestamp });

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
