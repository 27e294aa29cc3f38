/**
 * The register memory of a simulated field device (Modbus Application Protocol V1.1b3 §4.4). It codes values by itself, not
 * with the bridge's code: a mistake there would otherwise cancel out.
 */
import type { ByteOrder, ModbusArea, PointType, PointValue } from "../../runtime/system.ts";
import type { FieldDevice, FieldSignal, Wire } from "./plant.ts";
import type { Restore } from "./restore.ts";

const REAL_WIRE: Wire = { type: "REAL" };

export class DeviceRegisters {
  readonly device: FieldDevice;
  readonly #words: Record<ModbusArea, Uint16Array>;

  constructor(device: FieldDevice) {
    const room = (area: ModbusArea) =>
      new Uint16Array(Math.max(0, ...device.signals.filter((s) => s.area === area).map((s) => s.address + width(s))));
    this.device = device;
    this.#words = {
      coil: room("coil"),
      discreteInput: room("discreteInput"),
      inputRegister: room("inputRegister"),
      holdingRegister: room("holdingRegister"),
    };
    this.sense();
  }

  checkpoint(): Restore {
    const words = Object.values(this.#words);
    const noted = words.map((each) => each.slice());
    return () => {
      for (const [index, each] of words.entries()) each.set(noted[index]!);
    };
  }

  /** Number of bits or registers in `area`. */
  size(area: ModbusArea): number {
    return this.#words[area].length;
  }

  /** A register's 16 bits, or 0 and 1 for a bit; undefined beyond the device's last. */
  read(area: ModbusArea, address: number): number | undefined {
    return this.#words[area][address];
  }

  /** @returns false when the device has no such coil or holding register. */
  write(area: "coil" | "holdingRegister", address: number, word: number): boolean {
    if (address >= this.#words[area].length) return false;
    this.#words[area][address] = word;
    return true;
  }

  /** Puts what the plant's sensors say into the registers. */
  sense(): void {
    for (const signal of this.device.signals) {
      if (!("read" in signal)) continue;
      const words = this.#words[signal.area];
      const value = signal.read();
      if (isBit(signal)) words[signal.address] = value ? 1 : 0;
      else words.set(encoded(Number(value), signal.wire ?? REAL_WIRE), signal.address);
    }
  }

  /** Hands what stands in coils and holding registers to the plant's actuators. */
  actuate(): void {
    for (const signal of this.device.signals) {
      if (!("write" in signal)) continue;
      const words = this.#words[signal.area];
      if (isBit(signal)) signal.write(words[signal.address] !== 0);
      else signal.write(decoded(words.subarray(signal.address), signal.wire ?? REAL_WIRE));
    }
  }
}

const isBit = ({ area }: FieldSignal): boolean => area === "coil" || area === "discreteInput";
const isWide = (type: PointType): boolean => type === "REAL" || type === "DINT" || type === "UDINT";
const width = (signal: FieldSignal): number => (isBit(signal) || !isWide((signal.wire ?? REAL_WIRE).type) ? 1 : 2);

const bytes = new DataView(new ArrayBuffer(4));

/** Two words in transmission order from the big-endian value in `bytes`, or back: swapping is its own inverse. */
const swapped = (byteOrder: ByteOrder, first: number, second: number): [number, number] => {
  const flip = (word: number) => ((word & 0xff) << 8) | (word >> 8);
  const [high, low] = byteOrder === "BADC" || byteOrder === "DCBA" ? [flip(first), flip(second)] : [first, second];
  return byteOrder === "CDAB" || byteOrder === "DCBA" ? [low, high] : [high, low];
};

const encoded = (value: number, { type, byteOrder = "ABCD", scale = 1 }: Wire): number[] => {
  const raw = value / scale;
  if (!isWide(type)) return [Math.round(Math.max(type === "INT" ? -0x8000 : 0, Math.min(raw, 0xffff))) & 0xffff];
  if (type === "REAL") bytes.setFloat32(0, raw);
  else bytes.setInt32(0, Math.round(raw));
  return swapped(byteOrder, bytes.getUint16(0), bytes.getUint16(2));
};

const decoded = (words: Uint16Array, { type, byteOrder = "ABCD", scale = 1 }: Wire): PointValue => {
  if (!isWide(type)) return (type === "INT" ? (words[0]! << 16) >> 16 : words[0]!) * scale;
  const [high, low] = swapped(byteOrder, words[0]!, words[1]!);
  bytes.setUint16(0, high);
  bytes.setUint16(2, low);
  return (type === "REAL" ? bytes.getFloat32(0) : type === "DINT" ? bytes.getInt32(0) : bytes.getUint32(0)) * scale;
};
