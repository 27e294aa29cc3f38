/**
 * What a plant model is to whoever runs it: something that time passes over, wired to field devices. The rig steps it in
 * virtual time and wires it to the module's points; hil-tests/field-devices steps it in real time behind Modbus TCP.
 */
import type { ByteOrder, ModbusArea, PointType, PointValue } from "../../runtime/system.ts";
import type { Restore } from "./restore.ts";

/** Something of a model that has a value: a level, a valve, a fault. */
export interface Quantity {
  readonly unit?: string;
  readonly read: () => PointValue;
  /** Sets it, as an engineer would by hand; left out: it follows from the rest. */
  readonly write?: (value: PointValue) => void;
}

export interface Plant {
  /** Seconds since the model began. */
  readonly time: number;
  /** Lets `seconds` pass with the actuators as they are. The same steps give the same states, bit for bit. */
  step(seconds: number): void;
  /** Notes the model's state, faults included; left out: it cannot. */
  readonly checkpoint?: () => Restore;
  /** The devices that its sensors and actuators hang on. */
  readonly devices: readonly FieldDevice[];
  /** What tests may watch and set by name: `plant.level`. */
  readonly quantities?: Readonly<Record<string, Quantity>>;
}

/** A Modbus unit of the plant: what its data sheet would say. */
export interface FieldDevice {
  readonly name: string;
  /** TCP port of the device, or of the gateway before it. */
  readonly port: number;
  readonly unitId: number;
  readonly signals: readonly FieldSignal[];
}

/** How a value stands in registers; coils and discrete inputs need none. value = raw × scale. */
export interface Wire {
  readonly type: PointType;
  readonly byteOrder?: ByteOrder;
  readonly scale?: number;
}

/** One signal at one 0-based address. A sensor has `read`, an actuator `write`. */
export type FieldSignal = {
  readonly name: string;
  readonly area: ModbusArea;
  readonly address: number;
  readonly wire?: Wire;
} & ({ readonly read: () => PointValue } | { readonly write: (value: PointValue) => void });
