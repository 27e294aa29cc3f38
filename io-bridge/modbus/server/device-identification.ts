/** What a server says it is: function 43, MEI type 14 (MODBUS Application Protocol V1.1b3 §6.21). */
import { createRequire } from "node:module";
import { EXCEPTION, type ExceptionCode, FUNCTION, LIMIT, READ_DEVICE_IDENTIFICATION } from "../protocol.ts";

const { version }: { version: string } = createRequire(import.meta.url)("#package");

/** Kinds of access: a stream of objects of a category, or one object. */
const READ = { basic: 1, regular: 2, extended: 3, individual: 4 } as const;
const LAST_BASIC = 0x02;
/** Basic and regular objects, as a stream or one by one. */
const CONFORMITY = 0x82;
const MORE_FOLLOWS = 0xff;
/** Function code, MEI type, kind of access, conformity, more follows, next object, number of objects. */
const HEADER_BYTES = 7;
/** So that every object fits into a response: its id and length take two bytes. */
const LONGEST = LIMIT.pdu - HEADER_BYTES - 2;

/** @param module its name: the user's application. */
export const identificationOf = (module: string): ReadonlyMap<number, string> =>
  new Map(
    Object.entries({
      0: "Partita",
      1: "partita",
      2: version,
      4: "Partita static-partition hypervisor",
      5: "RV32 board",
      6: module,
    }).map(([id, text]) => [Number(id), text.slice(0, LONGEST)]),
  );

/** @param objects in the order of their ids, ASCII. */
export const readDeviceIdentification = (
  request: Buffer,
  objects: ReadonlyMap<number, string>,
): Buffer | ExceptionCode => {
  if (request.length !== 4) return EXCEPTION.illegalDataValue;
  const [, , kind = 0, first = 0] = request;
  if (kind < READ.basic || kind > READ.individual) return EXCEPTION.illegalDataValue;
  if (kind === READ.individual) {
    const text = objects.get(first);
    return text === undefined ? EXCEPTION.illegalDataAddress : response(kind, [[first, text]], null);
  }
  const category = [...objects].filter(([id]) => kind !== READ.basic || id <= LAST_BASIC);
  // An object that is not known means the first one: the stream starts again.
  const start = Math.max(
    category.findIndex(([id]) => id === first),
    0,
  );
  let room = LIMIT.pdu - HEADER_BYTES;
  let end = start;
  while (end < category.length && category[end]![1].length + 2 <= room) {
    room -= category[end]![1].length + 2;
    end += 1;
  }
  return response(kind, category.slice(start, end), category[end]?.[0] ?? null);
};

/** @param next the object to go on with; null: that was all. */
const response = (kind: number, objects: readonly (readonly [number, string])[], next: number | null): Buffer =>
  Buffer.concat([
    Buffer.from([FUNCTION.encapsulatedInterface, READ_DEVICE_IDENTIFICATION, kind, CONFORMITY]),
    Buffer.from([next === null ? 0 : MORE_FOLLOWS, next ?? 0, objects.length]),
    ...objects.map(([id, text]) => Buffer.from([id, text.length, ...Buffer.from(text, "latin1")])),
  ]);
