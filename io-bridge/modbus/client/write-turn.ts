/**
 * Writes a run of outputs in one turn on the bus: by the function that fits, bits of a register by a mask or by reading and
 * writing it with nothing in between, and read back where that is asked for.
 */
import type { ModbusDevice } from "../../../runtime/index.ts";
import type { Outcome } from "./line.ts";
import { isBitArea } from "./read-plan.ts";
import type { Request } from "./request.ts";
import type { Writing } from "./write-plan.ts";

export type WriteOutcome =
  | Outcome
  /** Accepted by the device, but something else is read back. */
  | { readonly kind: "differs" };

export type Ask = (request: Request, isEchoChecked: boolean) => Promise<Outcome>;

type Way = Pick<ModbusDevice, "writeSingle" | "maskWrite">;

export const write = async (writing: Writing, way: Way, ask: Ask): Promise<WriteOutcome> => {
  const [{ mapping, isBit }] = writing.outputs;
  const outcome = await (isBit ? writeBits(writing, way, ask) : writeWhole(writing, way, ask));
  return outcome.kind === "answered" && mapping.writeVerify === "readback" ? readBack(writing, ask) : outcome;
};

const isEchoChecked = ({ outputs: [{ mapping }] }: Writing): boolean => mapping.writeVerify !== "none";

const areaOf = ({ outputs: [{ mapping }] }: Writing): "coil" | "holdingRegister" =>
  isBitArea(mapping.area) ? "coil" : "holdingRegister";

const writeWhole = (writing: Writing, way: Way, ask: Ask): Promise<Outcome> => {
  const data = writing.values.flat();
  const { address } = writing.outputs[0].mapping;
  const request = { kind: "write", area: areaOf(writing), address, data, isSingle: isSingle(data, way) } as const;
  return ask(request, isEchoChecked(writing));
};

const isSingle = (data: readonly number[], { writeSingle }: Way): boolean =>
  data.length === 1 && writeSingle !== "never";

/** The bits that are the outputs', and what they become. */
const maskOf = ({ outputs, values }: Writing): { readonly own: number; readonly set: number } => ({
  own: outputs.reduce((own, { mask }) => own | mask, 0),
  set: values.reduce((set, [register = 0]) => set | register, 0),
});

const writeBits = async (writing: Writing, way: Way, ask: Ask): Promise<Outcome> => {
  const { own, set } = maskOf(writing);
  const { address } = writing.outputs[0].mapping;
  const checked = isEchoChecked(writing);
  if (way.maskWrite) return ask({ kind: "mask", address, and: ~own & 0xffff, or: set }, checked);
  const before = await ask({ kind: "read", area: "holdingRegister", address, quantity: 1 }, checked);
  if (before.kind !== "answered") return before;
  const data = [(before.data[0]! & ~own) | set];
  return ask({ kind: "write", area: "holdingRegister", address, data, isSingle: isSingle(data, way) }, checked);
};

const readBack = async (writing: Writing, ask: Ask): Promise<WriteOutcome> => {
  const [{ mapping, isBit }] = writing.outputs;
  const { own, set } = maskOf(writing);
  const wanted = isBit ? [set] : writing.values.flat();
  const request = { kind: "read", area: areaOf(writing), address: mapping.address, quantity: wanted.length } as const;
  const outcome = await ask(request, true);
  if (outcome.kind !== "answered") return outcome;
  const read = isBit ? outcome.data.map((register) => register & own) : outcome.data;
  return wanted.every((each, index) => each === read[index]) ? outcome : { kind: "differs" };
};
