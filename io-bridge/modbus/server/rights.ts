/** What a client of a Modbus server may do: by the role in its certificate, and by where it comes from (MB-TCP-Security V2.1 §8). */
import type { ModbusRole, PointRef } from "../../../runtime/index.ts";
import { FUNCTION } from "../protocol.ts";

export type Access = "read" | "write";
type Points = "all" | ReadonlySet<string>;

const WRITING: ReadonlySet<number> = new Set([
  FUNCTION.writeSingleCoil,
  FUNCTION.writeSingleRegister,
  FUNCTION.writeMultipleCoils,
  FUNCTION.writeMultipleRegisters,
  FUNCTION.maskWriteRegister,
  FUNCTION.readWriteMultipleRegisters,
]);

const keyOf = ({ partition, point }: PointRef): string => `${partition}.${point}`;
const isSome = (points: Points): boolean => points === "all" || points.size > 0;

export class Rights {
  readonly #read: Points;
  readonly #write: Points;

  constructor(read: Points, write: Points) {
    this.#read = read;
    this.#write = write;
  }

  /** Whether there is any point for which the function can be used. */
  allows(functionCode: number): boolean {
    return isSome(WRITING.has(functionCode) ? this.#write : this.#read);
  }

  mayRead(point: PointRef): boolean {
    return this.#read === "all" || this.#read.has(keyOf(point));
  }

  mayWrite(point: PointRef): boolean {
    return this.#write === "all" || this.#write.has(keyOf(point));
  }

  readOnly(): Rights {
    return new Rights(this.#read, new Set());
  }
}

export const ALL_RIGHTS = new Rights("all", "all");

/** The rights of every role, each twice: as they are, and for those who may only read. */
export class RightsTable {
  readonly #byRole: ReadonlyMap<string, Record<Access, Rights>> | null;
  readonly #withoutRole: Record<Access, Rights>;

  /** @param roles null: roles do not matter. */
  constructor(roles: readonly ModbusRole[] | null) {
    const both = (rights: Rights) => ({ write: rights, read: rights.readOnly() });
    const points = (selection: ModbusRole["read"]): Points =>
      selection === "all" ? selection : new Set(selection.map(keyOf));
    this.#byRole =
      roles && new Map(roles.map(({ name, read, write }) => [name, both(new Rights(points(read), points(write)))]));
    this.#withoutRole = both(roles === null ? ALL_RIGHTS : new Rights(new Set(), new Set()));
  }

  /** @param role null: the client has none. The same rights are the same object. */
  of(role: string | null, access: Access): Rights {
    return (this.#byRole?.get(role ?? "") ?? this.#withoutRole)[access];
  }
}
