/**
 * A module's points as a Modbus data model (MODBUS Application Protocol V1.1b3 §4.3). Input points at coils and holding
 * registers are writable and read back what was last accepted; all others show the published image. A read may cover part of
 * a 32-bit value, a write may not. What is not mapped, not writable or only half covered is an illegal data address; what the
 * point's type cannot hold is an illegal data value; a NaN asked for as an integer is a server device failure.
 */
import type { ModbusArea, ModbusMapping, PointRef, PointValue } from "../../../runtime/index.ts";
import { fitted } from "../../point-value.ts";
import type { ProcessImage } from "../../process-image.ts";
import { EXCEPTION, type ExceptionCode } from "../protocol.ts";
import { decodeRegisters, encodeRegisters, registerCount } from "../registers.ts";
import type { BitArea, DataModel, RegisterArea } from "./pdu.ts";

interface Place {
  readonly mapping: ModbusMapping;
  /** Which of the value's registers lies here. */
  readonly register: number;
}

interface Write {
  readonly point: PointRef;
  readonly value: PointValue;
}

export class PointModel implements DataModel {
  readonly #image: ProcessImage;
  readonly #places: Record<ModbusArea, Map<number, Place>> = {
    coil: new Map(),
    discreteInput: new Map(),
    inputRegister: new Map(),
    holdingRegister: new Map(),
  };

  constructor(mappings: readonly ModbusMapping[], image: ProcessImage) {
    this.#image = image;
    for (const mapping of mappings) {
      const places = this.#places[mapping.area];
      const isRegister = mapping.area === "inputRegister" || mapping.area === "holdingRegister";
      const count = isRegister ? registerCount(mapping.type) : 1;
      for (let register = 0; register < count; register++)
        places.set(mapping.address + register, { mapping, register });
    }
  }

  readBits(area: BitArea, address: number, quantity: number): readonly boolean[] | ExceptionCode {
    this.#image.refresh();
    const bits: boolean[] = [];
    for (let at = address; at < address + quantity; at += 1) {
      const place = this.#places[area].get(at);
      if (place === undefined) return EXCEPTION.illegalDataAddress;
      bits.push(this.#valueOf(place.mapping) === true);
    }
    return bits;
  }

  readRegisters(area: RegisterArea, address: number, quantity: number): readonly number[] | ExceptionCode {
    this.#image.refresh();
    const registers: number[] = [];
    for (let at = address; at < address + quantity; at += 1) {
      const place = this.#places[area].get(at);
      if (place === undefined) return EXCEPTION.illegalDataAddress;
      const encoded = encodeRegisters(this.#valueOf(place.mapping), place.mapping);
      if (encoded === null) return EXCEPTION.serverDeviceFailure;
      registers.push(encoded[place.register]!);
    }
    return registers;
  }

  writeCoils(address: number, values: readonly boolean[]): ExceptionCode | null {
    const writes: Write[] = [];
    for (const [index, bit] of values.entries()) {
      const mapping = this.#writable("coil", address + index)?.mapping;
      if (mapping === undefined) return EXCEPTION.illegalDataAddress;
      const value = fitted(this.#image.point(mapping.point).type, bit ? 1 : 0);
      if (value === null) return EXCEPTION.illegalDataValue;
      writes.push({ point: mapping.point, value });
    }
    return this.#apply(writes);
  }

  writeRegisters(address: number, values: readonly number[]): ExceptionCode | null {
    const writes: Write[] = [];
    for (let index = 0; index < values.length; ) {
      const place = this.#writable("holdingRegister", address + index);
      if (place === undefined || place.register !== 0) return EXCEPTION.illegalDataAddress;
      const { mapping } = place;
      const count = registerCount(mapping.type);
      if (index + count > values.length) return EXCEPTION.illegalDataAddress;
      const { type } = this.#image.point(mapping.point);
      const value = decodeRegisters(values.slice(index, index + count), mapping, type);
      if (value === null) return EXCEPTION.illegalDataValue;
      writes.push({ point: mapping.point, value });
      index += count;
    }
    return this.#apply(writes);
  }

  #isWritable(mapping: ModbusMapping): boolean {
    const isWritableArea = mapping.area === "coil" || mapping.area === "holdingRegister";
    return isWritableArea && this.#image.point(mapping.point).direction === "input";
  }

  #writable(area: "coil" | "holdingRegister", address: number): Place | undefined {
    const place = this.#places[area].get(address);
    return place !== undefined && this.#isWritable(place.mapping) ? place : undefined;
  }

  #valueOf(mapping: ModbusMapping): PointValue {
    return this.#isWritable(mapping) ? this.#image.acceptedValue(mapping.point) : this.#image.value(mapping.point);
  }

  /** All of one request in one hand-over: no slot sees half of it. */
  #apply(writes: readonly Write[]): null {
    for (const { point, value } of writes) this.#image.accept(point, value);
    this.#image.handOver();
    return null;
  }
}
