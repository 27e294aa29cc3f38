/**
 * A module's points as a Modbus data model (MODBUS Application Protocol V1.1b3 §4.3). Input points at coils and holding
 * registers are writable and read back what was last accepted; all others show the published image. A read may cover part of
 * a value of several registers, a write may not. What is not mapped, not writable or only half covered is an illegal data
 * address; what the point's type cannot hold is an illegal data value; a NaN asked for as an integer is a server device failure.
 * Of a register that holds bits a write changes those that can be written and leaves the others as they are; bits without a point
 * read 0. A point that the client has no right to is an illegal function (MB-TCP-Security V2.1 §8.4).
 */
import type { ModbusArea, ModbusServerMapping, PointRef, PointValue } from "../../../runtime/index.ts";
import { fitted } from "../../point-value.ts";
import type { ProcessImage } from "../../process-image.ts";
import { EXCEPTION, type ExceptionCode } from "../protocol.ts";
import { decodeRegisters, encodeRegisters, registerCount } from "../registers.ts";
import type { BitArea, DataModel, RegisterArea } from "./pdu.ts";
import type { Rights } from "./rights.ts";

/** A value, or one register of it, at an address. */
interface Part {
  readonly mapping: ModbusServerMapping;
  readonly mayRead: boolean;
  readonly mayWrite: boolean;
  /** Which of the value's registers lies here. */
  readonly register: number;
}

/** What lies at one address: one part, or one for each bit of a register that has a point. */
type Place = Part[];

interface Write {
  readonly point: PointRef;
  readonly value: PointValue;
}

const isRegisterArea = (area: ModbusArea): area is RegisterArea =>
  area === "inputRegister" || area === "holdingRegister";

export class PointModel implements DataModel {
  readonly identification: ReadonlyMap<number, string>;
  readonly #image: ProcessImage;
  /** Those with a point here. */
  readonly #partitions: readonly number[];
  readonly #places: Record<ModbusArea, Map<number, Place>> = {
    coil: new Map(),
    discreteInput: new Map(),
    inputRegister: new Map(),
    holdingRegister: new Map(),
  };

  constructor(
    mappings: readonly ModbusServerMapping[],
    image: ProcessImage,
    rights: Rights,
    identification: ReadonlyMap<number, string>,
  ) {
    this.#image = image;
    this.identification = identification;
    this.#partitions = [...new Set(mappings.map(({ point }) => point.partition))];
    for (const mapping of mappings) {
      const { area, address, point } = mapping;
      const count = isRegisterArea(area) ? registerCount(mapping) : 1;
      const part = { mapping, mayRead: rights.mayRead(point), mayWrite: rights.mayWrite(point) };
      for (let register = 0; register < count; register += 1) {
        const place = this.#places[area].get(address + register) ?? [];
        this.#places[area].set(address + register, [...place, { ...part, register }]);
      }
    }
  }

  readBits(area: BitArea, address: number, quantity: number): readonly boolean[] | ExceptionCode {
    this.#refresh();
    const bits: boolean[] = [];
    for (let at = address; at < address + quantity; at += 1) {
      const part = this.#places[area].get(at)?.[0];
      if (part === undefined) return EXCEPTION.illegalDataAddress;
      if (!part.mayRead) return EXCEPTION.illegalFunction;
      bits.push(this.#valueOf(part) === true);
    }
    return bits;
  }

  readRegisters(area: RegisterArea, address: number, quantity: number): readonly number[] | ExceptionCode {
    this.#refresh();
    const registers: number[] = [];
    let encodedMapping: ModbusServerMapping | null = null;
    let encoded: readonly number[] | null = null;
    for (let at = address; at < address + quantity; at += 1) {
      const place = this.#places[area].get(at);
      if (place === undefined) return EXCEPTION.illegalDataAddress;
      let word = 0;
      for (const part of place) {
        if (!part.mayRead) return EXCEPTION.illegalFunction;
        if (part.mapping !== encodedMapping) encoded = encodeRegisters(this.#valueOf(part), part.mapping);
        encodedMapping = part.mapping;
        if (encoded === null) return EXCEPTION.serverDeviceFailure;
        word |= encoded[part.register]!;
      }
      registers.push(word);
    }
    return registers;
  }

  writeCoils(address: number, values: readonly boolean[]): ExceptionCode | null {
    const writes: Write[] = [];
    for (const [index, bit] of values.entries()) {
      const [part] = this.#writable("coil", address + index);
      if (part === undefined) return EXCEPTION.illegalDataAddress;
      if (!part.mayWrite) return EXCEPTION.illegalFunction;
      const { point } = part.mapping;
      const value = fitted(this.#image.point(point).type, bit ? 1 : 0);
      if (value === null) return EXCEPTION.illegalDataValue;
      writes.push({ point, value });
    }
    return this.#apply(writes);
  }

  writeRegisters(address: number, values: readonly number[]): ExceptionCode | null {
    const writes: Write[] = [];
    for (let index = 0; index < values.length; ) {
      const parts = this.#writable("holdingRegister", address + index);
      const [first] = parts;
      if (first === undefined || first.register !== 0) return EXCEPTION.illegalDataAddress;
      const end = index + registerCount(first.mapping);
      if (end > values.length) return EXCEPTION.illegalDataAddress;
      if (parts.some(({ mayWrite }) => !mayWrite)) return EXCEPTION.illegalFunction;
      const registers = values.slice(index, end);
      for (const { mapping } of parts) {
        const value = decodeRegisters(registers, mapping, this.#image.point(mapping.point).type);
        if (value === null) return EXCEPTION.illegalDataValue;
        writes.push({ point: mapping.point, value });
      }
      index = end;
    }
    return this.#apply(writes);
  }

  #refresh(): void {
    for (const partition of this.#partitions) this.#image.refreshPartition(partition);
  }

  #writable(area: "coil" | "holdingRegister", address: number): readonly Part[] {
    return this.#places[area].get(address)?.filter(({ mapping }) => mapping.access === "write") ?? [];
  }

  #valueOf({ mapping: { access, point } }: Part): PointValue {
    return access === "write" ? this.#image.acceptedValue(point) : this.#image.value(point);
  }

  /** All of one request in one hand-over: no slot sees half of it. */
  #apply(writes: readonly Write[]): null {
    for (const { point, value } of writes) this.#image.accept(point, value);
    this.#image.handOver();
    return null;
  }
}
