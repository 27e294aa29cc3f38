/** A lowering that notes what a unit asks for. */
import type { Variable } from "../semantics/symbols.ts";
import type { Asked } from "./asked.ts";
import type { Resolution } from "./class-table.ts";
import type { Lowering } from "./lower-unit.ts";

export const askedLowering = (program: Lowering, asked: Asked<Lowering>): Lowering => {
  const { constants, classes } = program;
  return {
    keepsStatements: program.keepsStatements,
    constants: {
      place: (image, align) => {
        // Each is placed anew whenever it is asked for.
        asked.isFleeting ||= image.relocations.length > 0;
        const address = constants.place(image, align);
        asked.note((other) => other.constants.place(image, align).offset, address.offset);
        return address;
      },
      placeReport: (at, text) => {
        const address = constants.placeReport(at, text);
        asked.note((other) => other.constants.placeReport(at, text).offset, address.offset);
        return address;
      },
      zeros: (bytes) => {
        asked.note((other) => other.constants.zeros(bytes).offset, 0);
        return constants.zeros(bytes);
      },
    },
    classes: {
      resolution: (dispatch) => {
        const resolution = classes.resolution(dispatch);
        asked.note((other) => inWords(other.classes.resolution(dispatch)), inWords(resolution));
        return resolution;
      },
      answer: (wanted) => {
        const column = classes.answer(wanted);
        asked.note((other) => other.classes.answer(wanted), column);
        return column;
      },
    },
    routine: (key) => {
      const name = program.routine(key);
      asked.note((other) => other.routine(key), name);
      return name;
    },
    storageOf: (variable) => {
      asked.note(() => storageInWords(variable), storageInWords(variable));
      return program.storageOf(variable);
    },
  };
};

const inWords = ({ targets, column }: Resolution): string => [column, ...targets.map(({ name }) => name)].join(" ");

const storageInWords = ({ storage }: Variable): string =>
  storage.kind === "static" ? `${storage.area} ${storage.offset} ${storage.bit}` : storage.kind;
