/** What a field device can be asked, and modbus-serial's calls for it (MODBUS Application Protocol V1.1b3 §6). */
import type modbusSerial from "modbus-serial";
import type { ModbusArea } from "../../../runtime/index.ts";

export type Request =
  | { readonly kind: "read"; readonly area: ModbusArea; readonly address: number; readonly quantity: number }
  | {
      readonly kind: "write";
      readonly area: "coil" | "holdingRegister";
      readonly address: number;
      /** Bits (0 or 1) or registers. */
      readonly data: readonly number[];
      /** By the function for one of them (FC5, FC6). */
      readonly isSingle: boolean;
    }
  /** A register becomes (register and `and`) or (`or` and not `and`). */
  | { readonly kind: "mask"; readonly address: number; readonly and: number; readonly or: number };

/** Characters on a serial line that the request and its reply take together. */
export const charactersOf = (request: Request): number => {
  if (request.kind === "mask") return 10 + 10;
  const count = request.kind === "read" ? request.quantity : request.data.length;
  const isBits = request.area === "coil" || request.area === "discreteInput";
  return 9 + 8 + (isBits ? Math.ceil(count / 8) : 2 * count);
};

type Library = InstanceType<typeof modbusSerial.default>;

/** @returns for a read its bits (0 or 1) or registers, exactly as many as were asked for; for a write none. */
export const send = async (modbus: Library, unit: number, request: Request): Promise<readonly number[]> => {
  modbus.setID(unit);
  if (request.kind === "read") return read(modbus, request);
  if (request.kind === "mask") await modbus.maskWriteRegister(request.address, request.and, request.or);
  else await write(modbus, request);
  return [];
};

const read = async (modbus: Library, request: Extract<Request, { kind: "read" }>): Promise<readonly number[]> => {
  const { area, address, quantity } = request;
  switch (area) {
    case "coil":
      return (await modbus.readCoils(address, quantity)).data.slice(0, quantity).map(Number);
    case "discreteInput":
      return (await modbus.readDiscreteInputs(address, quantity)).data.slice(0, quantity).map(Number);
    case "inputRegister":
      return (await modbus.readInputRegisters(address, quantity)).data;
    case "holdingRegister":
      return (await modbus.readHoldingRegisters(address, quantity)).data;
  }
};

const write = async (modbus: Library, request: Extract<Request, { kind: "write" }>): Promise<void> => {
  const { area, address, data, isSingle } = request;
  if (area === "coil") {
    const bits = data.map((bit) => bit !== 0);
    await (isSingle ? modbus.writeCoil(address, bits[0]!) : modbus.writeCoils(address, bits));
  } else {
    await (isSingle ? modbus.writeRegister(address, data[0]!) : modbus.writeRegisters(address, [...data]));
  }
};
