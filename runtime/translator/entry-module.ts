/** The way from JavaScript into translated code: runs from the state's pc on, from region to region, as far as they reach. */
import { RAM_BASE } from "../hart/index.ts";
import { WASM_PAGE_BYTES, WORD } from "../hart/layout.ts";
import { ENTRY_BITS, REGION } from "./chunk.ts";
import { STOP } from "./exits.ts";
import { WasmCode } from "./wasm/code.ts";
import { assembleModule } from "./wasm/module.ts";

/** How deep guest calls may nest as calls of WebAssembly; deeper ones start anew. */
const DEEPEST = 160;

const ENTER_TYPE = 0;
const REGION_TYPE = 1;

export interface EntryPlaces {
  readonly ramBytes: number;
  readonly stateAddress: number;
  readonly mapAddress: number;
}

/** Exports `enter`: budget → what is left of it, the state's pc then being where the interpreter goes on; and `stop`, a region that is none. */
export const entryModule = ({ ramBytes, stateAddress, mapAddress }: EntryPlaces): Uint8Array<ArrayBuffer> => {
  const [budget, pc, entry] = [0, 1, 2];
  const pcAddress = stateAddress + 4 * WORD.pc;
  const code = new WasmCode();
  code.i32(0).memory("i32.load", pcAddress).set(pc);
  code.block().loop();
  code.get(pc).i32(RAM_BASE).op("i32.sub").tee(entry).i32(ramBytes).op("i32.ge_u").brIf(1);
  code.get(entry).i32(1).op("i32.shl").memory("i32.load", mapAddress).tee(entry).op("i32.eqz").brIf(1);
  code
    .get(entry)
    .i32((1 << ENTRY_BITS) - 1)
    .op("i32.and")
    .get(budget)
    .i32(DEEPEST);
  code.get(entry).i32(ENTRY_BITS).op("i32.shr_u").callIndirect(REGION_TYPE).set(budget).tee(pc);
  code.i32(~STOP).op("i32.and").set(entry);
  code.i32(0).get(entry).memory("i32.store", pcAddress);
  code.get(pc).i32(STOP).op("i32.and").op("i32.eqz").brIf(0);
  code.end().end().get(budget);

  const stop = new WasmCode();
  stop.i32(0).memory("i32.load", pcAddress).i32(STOP).op("i32.or").get(1);

  return assembleModule({
    types: [{ parameters: ["i32"], results: ["i32"] }, REGION],
    memoryPages: Math.floor(stateAddress / WASM_PAGE_BYTES),
    functions: [
      { type: ENTER_TYPE, locals: ["i32", "i32"], body: code.bytes.slice(), exportedAs: "enter" },
      { type: REGION_TYPE, locals: [], body: stop.bytes.slice(), exportedAs: "stop", tableIndex: 0 },
    ],
  });
};
