/** A partition's board: RAM and devices around one hart. The front door of runtime/board. */
export { type BoardExit, type BoardOptions, VirtualBoard } from "./board.ts";
export type { HtifPlaces } from "./devices/htif.ts";
export {
  type ImageAreas,
  PARTITA_CONTROL_COMMANDS,
  PARTITA_ERROR_CODES,
  PARTITA_MODE_CODES,
  PARTITA_MODULE_COMMANDS,
  PARTITA_PORT_COMMANDS,
  PARTITA_REGISTERS,
  PARTITA_RETURN_CODES,
  PARTITA_START_CODES,
  PARTITA_SUSPENDED,
} from "./devices/partita.ts";
export type { PartitaHost, PropagatedError } from "./devices/partita-host.ts";
export type { ElfSection, ElfSegment, ElfSymbol, ImageProblem } from "./elf.ts";
export { type GuestImage, parseImage } from "./image.ts";
export { type ImageFacts, inspectImage, type SymbolPlace } from "./image-facts.ts";
export { LineTable, type SourceLine } from "./line-table.ts";
export { RAM_BASE } from "./memory-map.ts";
export type { RamPages } from "./ram-pages.ts";
export { StandaloneHost, type StandaloneOptions } from "./standalone-host.ts";
export { Symbols } from "./symbols.ts";
export {
  HART_REGISTERS,
  type HartRegister,
  objectionToUpset,
  placeOfUpset,
  restoreUpset,
  saveUpset,
  type Upset,
} from "./upset.ts";
