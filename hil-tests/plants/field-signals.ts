/** What a field device commonly has: outputs that it obeys, contacts and measurements that it offers. */
import type { FieldSignal, Wire } from "./plant.ts";

/** A coil that switches `target[key]`. */
export const coil = <Key extends string>(
  name: string,
  address: number,
  target: Record<Key, boolean>,
  key: Key,
): FieldSignal => ({
  name,
  area: "coil",
  address,
  write: (value) => {
    target[key] = value === true;
  },
});

export const contact = (name: string, address: number, read: () => boolean): FieldSignal => ({
  name,
  area: "discreteInput",
  address,
  read,
});

export const measurement = (name: string, address: number, wire: Wire, read: () => number): FieldSignal => ({
  name,
  area: "inputRegister",
  address,
  wire,
  read,
});
