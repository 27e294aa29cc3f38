import { describe, expect, it } from "vitest";
import { decodeRegisters, encodeRegisters } from "../../io-bridge/modbus/registers.ts";
import type { ByteOrder, PointValue } from "../../runtime/system.ts";
import { DeviceRegisters } from "./device-registers.ts";
import type { FieldSignal } from "./plant.ts";

const deviceOf = (...signals: FieldSignal[]): DeviceRegisters =>
  new DeviceRegisters({ name: "device", port: 1, unitId: 1, signals });

describe("a field device's registers", () => {
  // 123.456 as IEEE 754 single: 42 F6 E9 79.
  const orders: readonly (readonly [ByteOrder, number, number])[] = [
    ["ABCD", 0x42f6, 0xe979],
    ["CDAB", 0xe979, 0x42f6],
    ["BADC", 0xf642, 0x79e9],
    ["DCBA", 0x79e9, 0xf642],
  ];
  it.each(orders)("hold a REAL in the order %s, as the bridge reads it", (byteOrder, first, second) => {
    const device = deviceOf({
      name: "level",
      area: "inputRegister",
      address: 4,
      wire: { type: "REAL", byteOrder },
      read: () => 123.456,
    });
    const words = [device.read("inputRegister", 4)!, device.read("inputRegister", 5)!];
    expect(words).toEqual([first, second]);
    const value = decodeRegisters(
      words,
      { type: "REAL", byteOrder, bit: null, scale: 1, offset: 0, length: 0 },
      "REAL",
    );
    expect(value).toBe(Math.fround(123.456));
  });

  it.each(orders)("understand what the bridge writes in the order %s", (byteOrder) => {
    let written: PointValue | null = null;
    const device = deviceOf({
      name: "setpoint",
      area: "holdingRegister",
      address: 0,
      wire: { type: "DINT", byteOrder },
      write: (value) => {
        written = value;
      },
    });
    const words = encodeRegisters(-123456, { type: "DINT", byteOrder, bit: null, scale: 1, offset: 0, length: 0 })!;
    for (const [address, word] of words.entries()) device.write("holdingRegister", address, word);
    device.actuate();
    expect(written).toBe(-123456);
  });

  it("scale small integers, and stop at their limits", () => {
    let pressure = 4.1234;
    const device = deviceOf({
      name: "pressure",
      area: "inputRegister",
      address: 0,
      wire: { type: "UINT", scale: 0.001 },
      read: () => pressure,
    });
    expect(device.read("inputRegister", 0)).toBe(4123);
    pressure = 99;
    device.sense();
    expect(device.read("inputRegister", 0)).toBe(65535);
    pressure = -1;
    device.sense();
    expect(device.read("inputRegister", 0)).toBe(0);
  });

  it("end where the device's last signal does", () => {
    const device = deviceOf({ name: "pump", area: "coil", address: 2, write: () => {} });
    expect(device.size("coil")).toBe(3);
    expect(device.write("coil", 2, 1)).toBe(true);
    expect(device.write("coil", 3, 1)).toBe(false);
    expect(device.read("coil", 3)).toBeUndefined();
    expect(device.write("holdingRegister", 0, 1)).toBe(false);
  });
});
