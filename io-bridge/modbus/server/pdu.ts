/**
 * Answers one Modbus request (PDU in, PDU out): function codes 1–6, 15, 16, 22, 23 and 43/14 with every check that the state
 * diagrams of the MODBUS Application Protocol V1.1b3 §6 ask for, in their order: function, length and quantity, address, value.
 *
 * modbus-serial's own server is not used: it acknowledges writes before they are validated, leaves requests unanswered that
 * are due an exception, enforces no limits, and spends a timer turn and a JSON text on each request. What would have to stand
 * in front of it is all of this file but the answers. modbus-serial remains the client, and a peer in the tests.
 */
import {
  ADDRESSES,
  COIL_OFF,
  COIL_ON,
  EXCEPTION,
  type ExceptionCode,
  FUNCTION,
  LIMIT,
  READ_DEVICE_IDENTIFICATION,
} from "../protocol.ts";
import { readDeviceIdentification } from "./device-identification.ts";

export type BitArea = "coil" | "discreteInput";
export type RegisterArea = "inputRegister" | "holdingRegister";

/** The data model behind the function codes. Writes take effect as a whole or, when an exception is returned, not at all. */
export interface DataModel {
  /** What the device says it is, by object id (§6.21). */
  readonly identification: ReadonlyMap<number, string>;
  readBits(area: BitArea, address: number, quantity: number): readonly boolean[] | ExceptionCode;
  readRegisters(area: RegisterArea, address: number, quantity: number): readonly number[] | ExceptionCode;
  writeCoils(address: number, values: readonly boolean[]): ExceptionCode | null;
  writeRegisters(address: number, values: readonly number[]): ExceptionCode | null;
}

export const exceptionResponse = (functionCode: number, exception: ExceptionCode): Buffer =>
  Buffer.from([functionCode | 0x80, exception]);

type Handler = (request: Buffer, model: DataModel) => Buffer | ExceptionCode;

const readBits =
  (area: BitArea): Handler =>
  (request, model) => {
    if (request.length !== 5) return EXCEPTION.illegalDataValue;
    const address = request.readUInt16BE(1);
    const quantity = request.readUInt16BE(3);
    if (quantity < 1 || quantity > LIMIT.readBits) return EXCEPTION.illegalDataValue;
    if (address + quantity > ADDRESSES) return EXCEPTION.illegalDataAddress;
    const bits = model.readBits(area, address, quantity);
    if (typeof bits === "number") return bits;
    const bytes = Math.ceil(quantity / 8);
    const response = Buffer.alloc(2 + bytes);
    response[0] = request[0]!;
    response[1] = bytes;
    for (const [index, bit] of bits.entries()) if (bit) response[2 + (index >> 3)]! |= 1 << (index & 7);
    return response;
  };

const readRegisters =
  (area: RegisterArea): Handler =>
  (request, model) => {
    if (request.length !== 5) return EXCEPTION.illegalDataValue;
    const address = request.readUInt16BE(1);
    const quantity = request.readUInt16BE(3);
    if (quantity < 1 || quantity > LIMIT.readRegisters) return EXCEPTION.illegalDataValue;
    if (address + quantity > ADDRESSES) return EXCEPTION.illegalDataAddress;
    const registers = model.readRegisters(area, address, quantity);
    if (typeof registers === "number") return registers;
    return registersResponse(request[0]!, registers);
  };

const registersResponse = (functionCode: number, registers: readonly number[]): Buffer => {
  const response = Buffer.allocUnsafe(2 + registers.length * 2);
  response[0] = functionCode;
  response[1] = registers.length * 2;
  let at = 2;
  for (const register of registers) at = response.writeUInt16BE(register, at);
  return response;
};

/** Both single writes are answered by an echo of the request. */
const writeSingleCoil: Handler = (request, model) => {
  if (request.length !== 5) return EXCEPTION.illegalDataValue;
  const state = request.readUInt16BE(3);
  if (state !== COIL_ON && state !== COIL_OFF) return EXCEPTION.illegalDataValue;
  return model.writeCoils(request.readUInt16BE(1), [state === COIL_ON]) ?? Buffer.from(request);
};

const writeSingleRegister: Handler = (request, model) => {
  if (request.length !== 5) return EXCEPTION.illegalDataValue;
  return model.writeRegisters(request.readUInt16BE(1), [request.readUInt16BE(3)]) ?? Buffer.from(request);
};

/** Both multiple writes: address, quantity, byte count, data; answered by address and quantity. */
const writeMultiple =
  (most: number, bytesFor: (quantity: number) => number, write: typeof writeCoilBits): Handler =>
  (request, model) => {
    if (request.length < 6) return EXCEPTION.illegalDataValue;
    const address = request.readUInt16BE(1);
    const quantity = request.readUInt16BE(3);
    const bytes = bytesFor(quantity);
    if (quantity < 1 || quantity > most) return EXCEPTION.illegalDataValue;
    if (request[5] !== bytes || request.length !== 6 + bytes) return EXCEPTION.illegalDataValue;
    if (address + quantity > ADDRESSES) return EXCEPTION.illegalDataAddress;
    return write(model, address, quantity, request.subarray(6)) ?? Buffer.from(request.subarray(0, 5));
  };

const writeCoilBits = (model: DataModel, address: number, quantity: number, data: Buffer): ExceptionCode | null =>
  model.writeCoils(
    address,
    Array.from({ length: quantity }, (_, index) => ((data[index >> 3]! >> (index & 7)) & 1) === 1),
  );

const writeRegisterWords = (model: DataModel, address: number, quantity: number, data: Buffer): ExceptionCode | null =>
  model.writeRegisters(
    address,
    Array.from({ length: quantity }, (_, index) => data.readUInt16BE(index * 2)),
  );

/** Register = (register AND and-mask) OR (or-mask AND NOT and-mask), in one turn; answered by an echo of the request. */
const maskWriteRegister: Handler = (request, model) => {
  if (request.length !== 7) return EXCEPTION.illegalDataValue;
  const address = request.readUInt16BE(1);
  const andMask = request.readUInt16BE(3);
  const orMask = request.readUInt16BE(5);
  const registers = model.readRegisters("holdingRegister", address, 1);
  if (typeof registers === "number") return registers;
  const masked = (registers[0]! & andMask) | (orMask & ~andMask & 0xffff);
  return model.writeRegisters(address, [masked]) ?? Buffer.from(request);
};

/** Writes, then reads; what cannot be read keeps the write from being done. Function, read part, write part, byte count, data. */
const readWriteMultipleRegisters: Handler = (request, model) => {
  if (request.length < 10) return EXCEPTION.illegalDataValue;
  const from = request.readUInt16BE(1);
  const count = request.readUInt16BE(3);
  const address = request.readUInt16BE(5);
  const quantity = request.readUInt16BE(7);
  if (count < 1 || count > LIMIT.readRegisters) return EXCEPTION.illegalDataValue;
  if (quantity < 1 || quantity > LIMIT.writeRegistersAndRead) return EXCEPTION.illegalDataValue;
  if (request[9] !== quantity * 2 || request.length !== 10 + quantity * 2) return EXCEPTION.illegalDataValue;
  if (from + count > ADDRESSES || address + quantity > ADDRESSES) return EXCEPTION.illegalDataAddress;
  const before = model.readRegisters("holdingRegister", from, count);
  if (typeof before === "number") return before;
  const refused = writeRegisterWords(model, address, quantity, request.subarray(10));
  if (refused !== null) return refused;
  const registers = model.readRegisters("holdingRegister", from, count);
  return typeof registers === "number" ? registers : registersResponse(request[0]!, registers);
};

const encapsulatedInterface: Handler = (request, model) => {
  if (request[1] !== READ_DEVICE_IDENTIFICATION) return EXCEPTION.illegalFunction;
  return readDeviceIdentification(request, model.identification);
};

const HANDLERS: ReadonlyMap<number, Handler> = new Map([
  [FUNCTION.readCoils, readBits("coil")],
  [FUNCTION.readDiscreteInputs, readBits("discreteInput")],
  [FUNCTION.readHoldingRegisters, readRegisters("holdingRegister")],
  [FUNCTION.readInputRegisters, readRegisters("inputRegister")],
  [FUNCTION.writeSingleCoil, writeSingleCoil],
  [FUNCTION.writeSingleRegister, writeSingleRegister],
  [FUNCTION.writeMultipleCoils, writeMultiple(LIMIT.writeBits, (bits) => Math.ceil(bits / 8), writeCoilBits)],
  [FUNCTION.writeMultipleRegisters, writeMultiple(LIMIT.writeRegisters, (words) => words * 2, writeRegisterWords)],
  [FUNCTION.maskWriteRegister, maskWriteRegister],
  [FUNCTION.readWriteMultipleRegisters, readWriteMultipleRegisters],
  [FUNCTION.encapsulatedInterface, encapsulatedInterface],
]);

/** @param request function code and data, at least one byte. @returns the response, or an exception response. */
export const answer = (request: Buffer, model: DataModel): Buffer => {
  const functionCode = request[0]!;
  const handler = HANDLERS.get(functionCode);
  const response = handler === undefined ? EXCEPTION.illegalFunction : handler(request, model);
  return typeof response === "number" ? exceptionResponse(functionCode, response) : response;
};
