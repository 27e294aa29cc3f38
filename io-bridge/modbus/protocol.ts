/** Numbers of the Modbus protocol (MODBUS Application Protocol V1.1b3 §6 and §7). */

export const FUNCTION = {
  readCoils: 1,
  readDiscreteInputs: 2,
  readHoldingRegisters: 3,
  readInputRegisters: 4,
  writeSingleCoil: 5,
  writeSingleRegister: 6,
  writeMultipleCoils: 15,
  writeMultipleRegisters: 16,
  maskWriteRegister: 22,
  readWriteMultipleRegisters: 23,
  encapsulatedInterface: 43,
} as const;

export const EXCEPTION = {
  illegalFunction: 0x01,
  illegalDataAddress: 0x02,
  illegalDataValue: 0x03,
  serverDeviceFailure: 0x04,
  acknowledge: 0x05,
  serverDeviceBusy: 0x06,
  gatewayPathUnavailable: 0x0a,
  gatewayTargetFailedToRespond: 0x0b,
} as const;
export type ExceptionCode = (typeof EXCEPTION)[keyof typeof EXCEPTION];

/** Most that one request may ask for. */
export const LIMIT = {
  readBits: 2000,
  readRegisters: 125,
  writeBits: 1968,
  writeRegisters: 123,
  /** Written by a request that reads as well. */
  writeRegistersAndRead: 121,
  /** Bytes: function code and data. */
  pdu: 253,
} as const;

/** The encapsulated interface that tells what a device is (§6.21). */
export const READ_DEVICE_IDENTIFICATION = 14;

/** Addresses of an area: 0 … 65535. */
export const ADDRESSES = 0x1_0000;

export const COIL_ON = 0xff00;
export const COIL_OFF = 0x0000;
