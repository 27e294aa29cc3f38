/** Reads an I/O list (partitions/…/io-list.md), for the tests that hold it against what programs and config really have. */
import { readFileSync } from "node:fs";
import type { Partition, Point, System } from "../runtime/system.ts";

export class IoList {
  readonly #text: string;

  constructor(path: string) {
    this.#text = readFileSync(path, "utf8");
  }

  /** The rows of a partition's table, as cells: name, direction, type, unit, address … */
  rowsOf(partition: string): readonly (readonly string[])[] {
    const [, section = ""] = this.#text.split(new RegExp(`^## ${partition} .*$`, "m"));
    const table = section.split(/^## /m)[0]!;
    const rows = table.split("\n").filter((line) => /^\| \w/.test(line) && !line.startsWith("| point"));
    return rows.map((line) =>
      line
        .split("|")
        .map((cell) => cell.trim())
        .slice(1, -1),
    );
  }

  pointsOf(partition: string): readonly (readonly string[])[] {
    return this.rowsOf(partition).filter(([, direction]) => direction !== "port");
  }

  portsOf(partition: string): readonly (string | undefined)[] {
    return this.rowsOf(partition)
      .filter(([, direction]) => direction === "port")
      .map(([port]) => port);
  }

  /** What the list says that SCADA finds in an area: "0 intake.level". */
  servedIn(area: string): readonly string[] {
    const [, row = ""] = new RegExp(`^\\| ${area} \\| (.*) \\|$`, "m").exec(this.#text) ?? [];
    return row.split(" · ");
  }
}

/** Where a point lies in its area, as a program writes it: %IX16.1, %QD2. */
export const addressOf = ({ areas }: Partition, { direction, address, bit, type }: Point): string => {
  const area = direction === "input" ? areas.input : areas.output;
  const letter = direction === "input" ? "I" : "Q";
  const byte = address - area!.base;
  if (type === "BOOL") return `%${letter}X${byte}.${bit}`;
  return type === "UINT" ? `%${letter}W${byte / 2}` : `%${letter}D${byte / 4}`;
};

/** What the module's first Modbus server really has in an area, in the order of its config. */
export const servedBy = ({ modbusServers, partitions }: System, area: string): readonly string[] =>
  modbusServers[0]!.mappings
    .filter((mapping) => mapping.area === area)
    .map(({ address, point }) => {
      const partition = partitions[point.partition]!;
      return `${address} ${partition.name}.${partition.points[point.point]!.name}`;
    });
