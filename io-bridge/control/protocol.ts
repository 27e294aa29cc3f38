/**
 * The control protocol: how other programs of the same user watch and command a running module, over a unix domain socket that only
 * they may open. Requests and answers are JSON objects in UTF-8, one a line, at most `LONGEST_LINE` bytes; each request gets one
 * answer, in order, and the next one is looked at when that has been taken.
 *
 * Request: `{"partita": 1, "id": 7, "verb": "force", "name": "pump.speed", "value": "12.5"}`. `partita` is the version of this
 * protocol, `id` anything that is to come back; what else there is belongs to the verb.
 *
 * | verb | has | result |
 * |---|---|---|
 * | status | | `Status` |
 * | start, stop, suspend, resume | partition | `{frame}` in which it takes effect |
 * | restart | partition, start: "warm" or "cold" | `{frame}` |
 * | schedule | schedule | `{frame}` at whose end the module switches |
 * | powerFail | | `{frame}` in which the health monitor hears that the power fails |
 * | read | names: points and variables | `{frame, boardTime, values: [{name, type, value, quality?, forced}]}`, of one moment |
 * | force | name, value: as text | `{frame, name, value}` |
 * | release | name, or all: true | `{frame, released: [names]}` |
 * | forces | | `{forces: [{name, value}]}` |
 * | uart | partition, text | `{frame, bytes}` |
 * | console | partition, since: the `next` of the last answer, or 0 | `{next, lines}` that the guest wrote |
 * | health | after: by partition the sequence of the latest record known, or nothing | `{records}` of the health monitor, oldest first |
 * | snapshot | file, partitions: names, none: all | `{frame, boardTime, file, bytes}` when the file is written |
 * | clone | partition, to: names | `{frame}`: they go on from its state |
 * | replace | partition, file: .st or ELF | `{frame, partition, image}`, the image's hash |
 * | rollback | partition | `{frame, partition}`: it has its former program, with its state as it was |
 * | shutdown | | `{}`: the current frame ends, outputs go to their fail-safe values |
 *
 * Answer: `{"id": 7, "ok": true, "result": {…}}`, or `{"id": 7, "ok": false, "error": {"code", "what", "where", "hint"}}`: what is
 * wrong, which member of the request is to blame (null: the whole), and what to do. A line that is no request at all has the id null.
 */

export const PROTOCOL_VERSION = 1;
/** Bytes, its newline included. */
export const LONGEST_LINE = 65_536;

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export interface ControlRequest {
  readonly id: Json;
  readonly verb: string;
  /** All members of the request. */
  readonly members: Readonly<Record<string, unknown>>;
}

export interface ControlError {
  readonly code: string;
  readonly what: string;
  readonly where: string | null;
  readonly hint: string;
}

export type ControlOutcome =
  | { readonly ok: true; readonly result: Json }
  | { readonly ok: false; readonly error: ControlError };

export type ControlAnswer = ControlOutcome & { readonly id: Json };

export const refusal = (code: string, what: string, where: string | null, hint: string) => ({
  ...{ ok: false as const, error: { code, what, where, hint } },
});

/** @returns the request, or the answer to what is none. */
export const parseRequest = (line: string): ControlRequest | ControlAnswer => {
  const members = objectOf(line);
  if (members === null) {
    const hint = `a request looks like {"partita":${PROTOCOL_VERSION},"id":1,"verb":"status"}`;
    return { id: null, ...refusal("no-request", "the line is no JSON object", null, hint) };
  }
  // Came out of JSON.
  const id = (members.id ?? null) as Json;
  const { partita, verb } = members;
  if (partita !== PROTOCOL_VERSION) {
    const hint = `this module speaks version ${PROTOCOL_VERSION}; use the same partita for both`;
    return { id, ...refusal("unknown-version", "the request is of another version", "partita", hint) };
  }
  if (typeof verb !== "string")
    return { id, ...refusal("no-request", "the request has no verb", "verb", "status is one") };
  return { id, verb, members };
};

/** @returns null when `line` is no JSON object. */
export const objectOf = (line: string): Record<string, unknown> | null => {
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Record<string, unknown>)
      : null;
  } catch {
    // The only way that a JSON parser has of saying no.
    return null;
  }
};
