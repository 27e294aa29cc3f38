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
import { Line } from "./faults/line.ts";
import type { NamedPoint, PointNames } from "./point-names.ts";

interface Wire {
  readonly named: NamedPoint;
  readonly mapping: ModbusClientMapping;
  /** Words that it takes. */
  readonly width: number;
  readonly registers: DeviceRegisters;
  readonly line: Line;
  /** Among all of the module's. */
  readonly index: number;
}

/** When the wires are looked at. */
export interface Moment {
  /** Virtual, s. */
  readonly time: number;
  /** Counted from power-on. */
  readonly frame: number;
}

export class Wiring {
  readonly #devices: readonly DeviceRegisters[];
  readonly #inputs: readonly Wire[];
  readonly #outputs: readonly Wire[];
  readonly #lines: readonly Line[];

  /** @throws when the config maps a point to an address that the plant does not have. */
  constructor(system: System, names: PointNames, plant: Plant) {
    this.#devices = plant.devices.map((device) => new DeviceRegisters(device));
    this.#lines = plant.devices.map(() => new Line());
    const wires = wiresOf(system, names, this.#devices, this.#lines);
    this.#inputs = wires.filter(({ named }) => named.point.direction === "input");
    this.#outputs = wires.filter(({ named }) => named.point.direction === "output");
  }

  checkpoint(): Restore {
    const registers = allOf(this.#devices.map((device) => device.checkpoint()));
    return allOf([registers, ...this.#lines.map((line) => line.checkpoint())]);
  }

  /** Whether the plant feeds this input. */
  feeds(name: string): boolean {
    return this.#inputs.some(({ named }) => named.name === name);
  }

  /** The line that a device hangs on. @throws when the plant has no such device. */
  lineTo(device: string): Line {
    const known = this.#devices.map((registers) => registers.device.name);
    const line = this.#lines[known.indexOf(device)];
    if (line === undefined) throw new Error(`the plant has no device ${device}; it has ${known.join(", ")}`);
    return line;
  }

  /** Brings what the sensors say to the inputs, `offered` by partition; what the line loses leaves bad quality. */
  sense(offered: readonly PointCells[], moment: Moment): void {
    for (const registers of this.#devices) registers.sense();
    for (const wire of this.#inputs) {
      const { named, mapping } = wire;
      const cells = offered[named.partition.index]!;
      const value = received(wire, moment);
      if (value === null) spoil(cells, named, mapping);
      else put(cells, named, value);
    }
  }

  /** Brings what the guests `published`, by partition, to the actuators. */
  actuate(published: readonly PointCells[], moment: Moment): void {
    for (const { named, mapping, registers, line, index } of this.#outputs) {
      if (!line.isSound && !line.takes({ ...moment, wire: index, isBit: true })) continue;
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

const wiresOf = (
  system: System,
  names: PointNames,
  devices: readonly DeviceRegisters[],
  lines: readonly Line[],
): readonly Wire[] => {
  const wires: Wire[] = [];
  for (const { transport, devices: configured } of system.modbusClients) {
    const port = transport.kind === "tcp" ? transport.port : transport.line.path;
    for (const { name: configuredName, unitId, mappings } of configured) {
      const registers = devices.find(({ device }) => device.port === port && device.unitId === unitId);
      for (const mapping of mappings) {
        const named = names.at(mapping.point.partition, mapping.point.point);
        const width = widthOf(mapping);
        const last = mapping.address + width - 1;
        if (registers === undefined || last >= registers.size(mapping.area)) {
          const place = `${mapping.area} ${mapping.address} of unit ${unitId} at port ${port} (${configuredName})`;
          throw new Error(`${system.configPath}: ${named.name} is mapped to ${place}, where the plant has nothing`);
        }
        const line = lines[devices.indexOf(registers)]!;
        wires.push({ named, mapping, width, registers, line, index: wires.length });
      }
    }
  }
  return wires;
};

const isBit = (area: ModbusArea): boolean => area === "coil" || area === "discreteInput";
const widthOf = (mapping: ModbusClientMapping): number => (isBit(mapping.area) ? 1 : registerCount(mapping));

const received = ({ named, mapping, width, registers, line, index }: Wire, moment: Moment): PointValue | null => {
  const { area, address } = mapping;
  const sent: number[] = [];
  for (let i = 0; i < width; i++) sent.push(registers.read(area, address + i)!);
  const words = line.isSound
    ? line.pass(sent, index)
    : line.carry(sent, { ...moment, wire: index, isBit: isBit(area) });
  if (words === null) return null;
  if (isBit(area)) return words[0] !== 0;
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
