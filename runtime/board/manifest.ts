/** Reads what an image says of itself (runtime/image-manifest.ts): the bytes of its `.partita` section, checked before anyone trusts them. */
import type {
  ImageManifest,
  ManifestArea,
  ManifestPoint,
  ManifestPort,
  ManifestRetained,
  ManifestTask,
  RetainedVariable,
} from "../image-manifest.ts";
import { isText, isWide, LONGEST_TEXT, POINT_TYPES, type PointType, type PointValue } from "../system.ts";
import type { ImageProblem } from "./elf.ts";

export const parseManifest = (section: Uint8Array): ImageManifest | ImageProblem => {
  try {
    return manifestOf(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(section)));
  } catch (error) {
    // The only way that a JSON parser and a UTF-8 decoder have of saying no.
    const reason = error instanceof Misfit ? error.message : "it is not JSON in UTF-8";
    return { problem: `its .partita section cannot be used: ${reason}` };
  }
};

/** Stays inside this file: from any depth of the document to the one place that makes it a problem. */
class Misfit extends Error {}

const expect = (fits: boolean, where: string, wanted: string): void => {
  if (!fits) throw new Misfit(`${where} must be ${wanted}`);
};

const manifestOf = (json: unknown): ImageManifest => {
  const fields = object(json, "the manifest");
  expect(fields.format === 1, "format", "1");
  expect(fields.language === "ST", "language", '"ST"');
  const areas = object(fields.areas, "areas");
  return {
    format: 1,
    language: "ST",
    tasks: list(fields.tasks, "tasks", taskOf),
    points: list(fields.points, "points", pointOf),
    ports: list(fields.ports, "ports", portOf),
    areas: {
      input: areaOf(areas.input, "areas.input"),
      output: areaOf(areas.output, "areas.output"),
      retained: retainedOf(areas.retained, "areas.retained"),
    },
  };
};

const pointOf = (json: unknown, where: string): ManifestPoint => {
  const { name, type, direction, address, bit, length, initial } = object(json, where);
  expect(isPointType(type), `${where}.type`, `one of ${Object.keys(POINT_TYPES).join(", ")}`);
  expect(direction === "input" || direction === "output", `${where}.direction`, '"input" or "output"');
  const ofBits = type === "BOOL" && Number.isInteger(bit) && Number(bit) >= 0 && Number(bit) <= 7;
  expect(bit === null || ofBits, `${where}.bit`, "null, or 0 to 7 for a BOOL");
  return {
    name: text(name, `${where}.name`),
    type: type as PointType,
    direction: direction as ManifestPoint["direction"],
    address: whole(address, `${where}.address`, 0xffff_ffff),
    bit: bit as number | null,
    ...lengthOf(type as PointType, length, `${where}.length`),
    initial: pointValueOf(type as PointType, initial, `${where}.initial`),
  };
};

const lengthOf = (type: PointType, json: unknown, where: string): Pick<ManifestPoint, "length"> =>
  isText(type) ? { length: whole(json, where, LONGEST_TEXT) } : {};

/** Integers of 64 bits are written as digits in a text, for JSON readers round large numbers. */
const pointValueOf = (type: PointType, json: unknown, where: string): PointValue => {
  const isDigits = typeof json === "string" && /^-?\d{1,20}$/.test(json);
  const form = type === "BOOL" ? "boolean" : isText(type) ? "string" : "number";
  const fits = isWide(type) ? isDigits : typeof json === form;
  expect(fits, where, `a value of type ${type}`);
  return isWide(type) ? BigInt(json as string) : (json as boolean | number | string);
};

const taskOf = (json: unknown, where: string): ManifestTask => {
  const { name, intervalNs, event } = object(json, where);
  return {
    name: name === null ? null : text(name, `${where}.name`),
    intervalNs: whole(intervalNs, `${where}.intervalNs`, Number.MAX_SAFE_INTEGER),
    event: event === null ? null : text(event, `${where}.event`),
  };
};

const portOf = (json: unknown, where: string): ManifestPort => {
  const { name, direction, messageBytes } = object(json, where);
  expect(direction === "source" || direction === "destination", `${where}.direction`, '"source" or "destination"');
  return {
    name: text(name, `${where}.name`),
    direction: direction as ManifestPort["direction"],
    messageBytes: whole(messageBytes, `${where}.messageBytes`, 0xffff_ffff),
  };
};

const areaOf = (json: unknown, where: string): ManifestArea | null => {
  if (json === null) return null;
  const { base, bytes } = object(json, where);
  return { base: whole(base, `${where}.base`, 0xffff_ffff), bytes: whole(bytes, `${where}.bytes`, 0xffff_ffff) };
};

const retainedOf = (json: unknown, where: string): ManifestRetained | null => {
  const area = areaOf(json, where);
  if (area === null) return null;
  const { variables, ofThisImage } = object(json, where);
  expect(typeof ofThisImage === "boolean", `${where}.ofThisImage`, "true or false");
  return {
    ...area,
    variables: list(variables, `${where}.variables`, retainedVariableOf),
    ofThisImage: ofThisImage as boolean,
  };
};

const retainedVariableOf = (json: unknown, where: string): RetainedVariable => {
  const { name, type, offset } = object(json, where);
  return {
    name: text(name, `${where}.name`),
    type: text(type, `${where}.type`),
    offset: whole(offset, `${where}.offset`, 0xffff_ffff),
  };
};

const object = (json: unknown, where: string): Record<string, unknown> => {
  expect(typeof json === "object" && json !== null && !Array.isArray(json), where, "an object");
  return json as Record<string, unknown>;
};

const list = <Item>(json: unknown, where: string, item: (json: unknown, where: string) => Item): Item[] => {
  expect(Array.isArray(json), where, "a list");
  return (json as unknown[]).map((element, index) => item(element, `${where}[${index}]`));
};

const text = (json: unknown, where: string): string => {
  expect(typeof json === "string" && json !== "", where, "a text");
  return json as string;
};

const whole = (json: unknown, where: string, most: number): number => {
  expect(Number.isInteger(json) && Number(json) >= 0 && Number(json) <= most, where, `a whole number up to ${most}`);
  return json as number;
};

const isPointType = (json: unknown): json is PointType => typeof json === "string" && Object.hasOwn(POINT_TYPES, json);
