/**
 * The wires between a plant's field devices and a module's points, drawn as the config draws them: by TCP port, unit, area and
 * address. What the config gets wrong is wrong here too, so that the tests find it. Bus cycles are not modelled: every wire is
 * carried once a major frame.
 */
import { decodeRegisters, encodeRegisters, registerCount, registerMask } from "../../io-bridge/modbus/registers.ts";
import { type PointCells, QUALITY } from "../../runtime/index.ts";
import type { ModbusArea, ModbusClientMapping, PointValue, System } from "../../runtime/system.ts";
import { DeviceRegisters } from "../plants/device-registers.ts";
import type { Plant } from "../plants/plant.ts";
import { allOf, type Restore } from "../plants/restore.ts";
import type { NamedPoint, PointNames } from "./point-names.ts";

interface Wire {
  readonly named: NamedPoint;
  readonly mapping: ModbusClientMapping;
  readonly registers: DeviceRegisters;
}

export class Wiring {
  readonly #devices: readonly DeviceRegisters[];
  readonly #inputs: readonly Wire[];
  readonly #outputs: readonly Wire[];
  readonly #disconnected = new Set<string>();

  /** @throws when the config maps a point to an address that the plant does not have. */
  constructor(system: System, names: PointNames, plant: Plant) {
    this.#devices = plant.devices.map((device) => new DeviceRegisters(device));
    const wires = wiresOf(system, names, this.#devices);
    this.#inputs = wires.filter(({ named }) => named.point.direction === "input");
    this.#outputs = wires.filter(({ named }) => named.point.direction === "output");
  }

  checkpoint(): Restore {
    const registers = allOf(this.#devices.map((device) => device.checkpoint()));
    const disconnected = [...this.#disconnected];
    return () => {
      registers();
      this.#disconnected.clear();
      for (const device of disconnected) this.#disconnected.add(device);
    };
  }

  /** Whether the plant feeds this input. */
  feeds(name: string): boolean {
    return this.#inputs.some(({ named }) => named.name === name);
  }

  /** Cuts a device's bus, or joins it again. */
  connect(device: string, connected: boolean): void {
    const known = this.#devices.map((registers) => registers.device.name);
    if (!known.includes(device)) throw new Error(`the plant has no device ${device}; it has ${known.join(", ")}`);
    if (connected) this.#disconnected.delete(device);
    else this.#disconnected.add(device);
  }

  /** Brings what the sensors say to the inputs, `offered` by partition; a device cut off leaves bad quality. */
  sense(offered: readonly PointCells[]): void {
    for (const registers of this.#devices) registers.sense();
    for (const { named, mapping, registers } of this.#inputs) {
      const cells = offered[named.partition.index]!;
      const silent = this.#disconnected.has(registers.device.name);
      const value = silent ? null : received(registers, mapping, named);
      if (value === null) spoil(cells, named, mapping);
      else put(cells, named, value);
    }
  }

  /** Brings what the guests `published`, by partition, to the actuators. */
  actuate(published: readonly PointCells[]): void {
    for (const { named, mapping, registers } of this.#outputs) {
      if (this.#disconnected.has(registers.device.name)) continue;
      transmit(registers, mapping, published[named.partition.index]!.get(named.point.index));
    }
    for (const registers of this.#devices) registers.actuate();
  }
}

export const put = (cells: PointCells, { point }: NamedPoint, value: PointValue): void => {
  cells.set(point.index, value);
  cells.quality[point.index] = QUALITY.good;
};

/** What the bridge does to an input whose device has fallen silent. */
export const spoil = (cells: PointCells, { point }: NamedPoint, mapping: ModbusClientMapping | undefined): void => {
  if (mapping !== undefined && mapping.onBad !== "hold") cells.set(point.index, mapping.onBad.substitute);
  cells.quality[point.index] = QUALITY.bad;
};

/** All mappings of the module's Modbus clients. */
export const clientMappings = (system: System): readonly ModbusClientMapping[] =>
  system.modbusClients.flatMap(({ devices }) => devices.flatMap(({ mappings }) => mappings));

const wiresOf = (system: System, names: PointNames, devices: readonly DeviceRegisters[]): readonly Wire[] => {
  const wires: Wire[] = [];
  for (const { transport, devices: configured } of system.modbusClients) {
    const port = transport.kind === "tcp" ? transport.port : transport.line.path;
    for (const { name: configuredName, unitId, mappings } of configured) {
      const registers = devices.find(({ device }) => device.port === port && device.unitId === unitId);
      for (const mapping of mappings) {
        const named = names.at(mapping.point.partition, mapping.point.point);
        const last = mapping.address + widthOf(mapping) - 1;
        if (registers === undefined || last >= registers.size(mapping.area)) {
          const place = `${mapping.area} ${mapping.address} of unit ${unitId} at port ${port} (${configuredName})`;
          throw new Error(`${system.configPath}: ${named.name} is mapped to ${place}, where the plant has nothing`);
        }
        wires.push({ named, mapping, registers });
      }
    }
  }
  return wires;
};

const isBit = (area: ModbusArea): boolean => area === "coil" || area === "discreteInput";
const widthOf = (mapping: ModbusClientMapping): number => (isBit(mapping.area) ? 1 : registerCount(mapping));

const received = (registers: DeviceRegisters, mapping: ModbusClientMapping, named: NamedPoint): PointValue | null => {
  const { area, address } = mapping;
  if (isBit(area)) return registers.read(area, address) !== 0;
  const words = Array.from({ length: registerCount(mapping) }, (_, i) => registers.read(area, address + i)!);
  return decodeRegisters(words, mapping, named.point.type);
};

const transmit = (registers: DeviceRegisters, mapping: ModbusClientMapping, value: PointValue): void => {
  const { area, address } = mapping;
  if (area !== "coil" && area !== "holdingRegister") return;
  const words = area === "coil" ? [value ? 1 : 0] : encodeRegisters(value, mapping);
  const others = area === "coil" ? 0 : 0xffff & ~registerMask(mapping);
  for (const [index, word] of words?.entries() ?? []) {
    registers.write(area, address + index, (registers.read(area, address + index)! & others) | word);
  }
};
