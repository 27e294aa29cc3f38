/** The units behind one Modbus server, each with a data model for each kind of client. */
import type { ModbusServer, ModbusServerMapping } from "../../../runtime/index.ts";
import type { ProcessImage } from "../../process-image.ts";
import { EXCEPTION } from "../protocol.ts";
import { answer, exceptionResponse } from "./pdu.ts";
import { PointModel } from "./point-model.ts";
import type { Rights } from "./rights.ts";

type Models = ReadonlyMap<number, PointModel>;

export class Units {
  readonly #mappings: ReadonlyMap<number, readonly ModbusServerMapping[]>;
  readonly #image: ProcessImage;
  readonly #identification: ReadonlyMap<number, string>;
  readonly #models = new Map<Rights, Models>();

  /** @param aliases further ids of the server's own unit, unless another unit has them. */
  constructor(
    { unitId, mappings, units }: Pick<ModbusServer, "unitId" | "mappings" | "units">,
    aliases: readonly number[],
    image: ProcessImage,
    identification: ReadonlyMap<number, string>,
  ) {
    this.#mappings = new Map([
      ...aliases.map((alias) => [alias, mappings] as const),
      [unitId, mappings],
      ...units.map((unit) => [unit.unitId, unit.mappings] as const),
    ]);
    this.#image = image;
    this.#identification = identification;
  }

  /** @returns null when there is no such unit. */
  answer(unit: number, pdu: Buffer, rights: Rights): Buffer | null {
    const model = this.#modelsFor(rights).get(unit);
    if (model === undefined) return null;
    return rights.allows(pdu[0]!) ? answer(pdu, model) : exceptionResponse(pdu[0]!, EXCEPTION.illegalFunction);
  }

  /** A request to all units, which nobody answers. */
  broadcast(pdu: Buffer, rights: Rights): void {
    for (const model of this.#modelsFor(rights).values()) if (rights.allows(pdu[0]!)) answer(pdu, model);
  }

  #modelsFor(rights: Rights): Models {
    let models = this.#models.get(rights);
    if (models === undefined) {
      models = new Map(
        [...this.#mappings].map(([id, mappings]) => [
          id,
          new PointModel(mappings, this.#image, rights, this.#identification),
        ]),
      );
      this.#models.set(rights, models);
    }
    return models;
  }
}
