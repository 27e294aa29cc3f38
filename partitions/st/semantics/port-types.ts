/** The types of ports, which stand in VAR of a PROGRAM: the ends of queuing and sampling channels (ARINC 653 P1 §2.3.5; IEC 61131-5 §6). */
import { BOOL, LTIME, layOut, type PortType, UDINT, UINT } from "./types.ts";

/** `request` and `done` are named as IEC 61131-5 names them; STATUS is a return code of partita.h. */
const portType = (name: PortType["name"], request: string, done: string, further: readonly Part[] = []): PortType => {
  const parts = [
    ...[request, done, "ERROR", "LAST_REQUEST"].map((flag) => ({ name: flag, type: BOOL })),
    { name: "STATUS", type: UINT },
    { name: "PORT", type: UDINT },
    ...further,
  ];
  const { offsets, bytes, align } = layOut(parts);
  return {
    ...{ kind: "port", name, bytes, align },
    fields: parts.map((part, i) => ({ ...part, key: part.name, spelling: null, offset: offsets[i]!, at: null })),
  };
};

interface Part {
  readonly name: string;
  readonly type: typeof BOOL;
}

/** REQ sends on its rising edge, DONE for one call. */
const QUEUE_SEND = portType("QUEUE_SEND", "REQ", "DONE");
/** EN_R receives at most one message a call; NDR (new data received) for one call. */
const QUEUE_RECEIVE = portType("QUEUE_RECEIVE", "EN_R", "NDR");
/** Each call with EN_S writes the message. */
const SAMPLING_SEND = portType("SAMPLING_SEND", "EN_S", "DONE");
/** Each call with EN_R reads the last message, if there ever was one: NDR. VALID: it is no older than the channel's refresh period. */
const SAMPLING_RECEIVE = portType("SAMPLING_RECEIVE", "EN_R", "NDR", [
  { name: "AGE", type: LTIME },
  { name: "VALID", type: BOOL },
]);

export const PORT_TYPES: readonly PortType[] = [QUEUE_SEND, QUEUE_RECEIVE, SAMPLING_SEND, SAMPLING_RECEIVE];

export const sends = ({ name }: PortType): boolean => name === "QUEUE_SEND" || name === "SAMPLING_SEND";

/** What is the caller's to see, behind the request and the message. */
export const outputsOf = ({ fields }: PortType): readonly string[] =>
  fields.slice(1).flatMap(({ name }) => (name === "LAST_REQUEST" || name === "PORT" ? [] : [name]));
