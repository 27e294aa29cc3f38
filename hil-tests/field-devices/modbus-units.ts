/**
 * Field devices as Modbus TCP servers on loopback (FC 1–6, 15, 16), on modbus-serial: simple devices for a demo, with another
 * Modbus stack than the bridge's framer. Units behind the same port answer behind one gateway.
 */
import { type IServiceVector, ServerTCP } from "modbus-serial";
import type { ModbusArea } from "../../runtime/system.ts";
import type { DeviceRegisters } from "../plants/device-registers.ts";

const ILLEGAL_DATA_ADDRESS = 2;
const GATEWAY_TARGET_FAILED_TO_RESPOND = 11;

export interface Listening {
  close(): Promise<void>;
}

/** @throws when a port is taken; nothing listens then. */
export const listen = async (host: string, devices: readonly DeviceRegisters[]): Promise<Listening> => {
  const ports = [...new Set(devices.map(({ device }) => device.port))];
  const opened: Listening[] = [];
  const close = async () => void (await Promise.all(opened.map((server) => server.close())));
  try {
    for (const port of ports) {
      opened.push(
        await open(
          host,
          port,
          devices.filter(({ device }) => device.port === port),
        ),
      );
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { close };
};

const open = (host: string, port: number, units: readonly DeviceRegisters[]): Promise<Listening> =>
  new Promise((resolve, reject) => {
    const server = new ServerTCP(answersOf(units), { host, port });
    server.on("serverError", reject);
    // A master that goes away in the midst of a request is its own business.
    server.on("socketError", () => {});
    server.on("initialized", () => resolve({ close: () => new Promise((done) => server.close(() => done())) }));
  });

/** What the library asks of a device, answered from its registers. Thrown codes become Modbus exceptions. */
const answersOf = (units: readonly DeviceRegisters[]): IServiceVector => {
  const unit = (unitId: number): DeviceRegisters => {
    const found = units.find(({ device }) => device.unitId === unitId);
    if (found === undefined) throw exception(GATEWAY_TARGET_FAILED_TO_RESPOND);
    return found;
  };
  const read = (area: ModbusArea, address: number, unitId: number): number => {
    const word = unit(unitId).read(area, address);
    if (word === undefined) throw exception(ILLEGAL_DATA_ADDRESS);
    return word;
  };
  const write = (area: "coil" | "holdingRegister", address: number, word: number, unitId: number): void => {
    if (!unit(unitId).write(area, address, word)) throw exception(ILLEGAL_DATA_ADDRESS);
  };
  return {
    getCoil: (address: number, unitId: number) => read("coil", address, unitId) !== 0,
    getDiscreteInput: (address: number, unitId: number) => read("discreteInput", address, unitId) !== 0,
    getInputRegister: (address: number, unitId: number) => read("inputRegister", address, unitId),
    getHoldingRegister: (address: number, unitId: number) => read("holdingRegister", address, unitId),
    setCoil: (address: number, value: boolean, unitId: number) => write("coil", address, value ? 1 : 0, unitId),
    setRegister: (address: number, value: number, unitId: number) => write("holdingRegister", address, value, unitId),
  };
};

const exception = (modbusErrorCode: number): Error =>
  Object.assign(new Error(`Modbus exception ${modbusErrorCode}`), { modbusErrorCode });
