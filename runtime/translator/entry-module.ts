/**
 * The way from JavaScript into translated code: runs from the state's pc on, from region to region, and steps through what lies
 * between them, as far as they reach.
 */
import { RAM_BASE } from "../hart/index.ts";
import { LEAVE_WORD, STEPPED_WORD, WASM_PAGE_BYTES, WORD } from "../hart/layout.ts";
import { DEEPEST, ENTRY_BITS, REGION, tableIndexOfEntry } from "./chunk.ts";
import { STOP } from "./exits.ts";
import { STEPPER, STEPPER_LOCALS, type StepperPlaces, stepperBody } from "./stepper.ts";
import { WasmCode } from "./wasm/code.ts";
import { assembleModule } from "./wasm/module.ts";

const ENTER_TYPE = 0;
const REGION_TYPE = 1;
const STEPPER_TYPE = 2;
const STEPPER_FUNCTION = 2;

/** Exports `enter`: budget → what is left of it, the state's pc then being where the interpreter goes on; and `stop`, a region that is none. */
export const entryModule = (places: StepperPlaces): Uint8Array<ArrayBuffer> => {
  const { stateAddress } = places;
  const stop = new WasmCode();
  stop
    .i32(0)
    .memory("i32.load", stateAddress + 4 * WORD.pc)
    .i32(STOP)
    .op("i32.or")
    .get(1);
  return assembleModule({
    types: [{ parameters: ["i32"], results: ["i32"] }, REGION, STEPPER],
    memoryPages: Math.floor(stateAddress / WASM_PAGE_BYTES),
    functions: [
      { type: ENTER_TYPE, locals: ["i32", "i32", "i32"], body: enterBody(places), exportedAs: "enter" },
      { type: REGION_TYPE, locals: [], body: stop.bytes, exportedAs: "stop", tableIndex: 0 },
      { type: STEPPER_TYPE, locals: STEPPER_LOCALS, body: stepperBody(places) },
    ],
  });
};

const enterBody = ({ ramBytes, stateAddress, mapAddress }: StepperPlaces): Uint8Array => {
  const [budget, pc, entry, stepped] = [0, 1, 2, 3];
  const pcAddress = stateAddress + 4 * WORD.pc;
  const code = new WasmCode();
  const storePc = (): void => {
    code.i32(0).get(pc).i32(~STOP).op("i32.and").memory("i32.store", pcAddress);
  };
  code.i32(0).memory("i32.load", pcAddress).set(pc);
  code.block().loop();
  code.get(pc).i32(RAM_BASE).op("i32.sub").tee(entry).i32(ramBytes).op("i32.ge_u").brIf(1);
  code.get(entry).i32(1).op("i32.shl").memory("i32.load", mapAddress).tee(entry).if();
  code
    .get(entry)
    .i32((1 << ENTRY_BITS) - 1)
    .op("i32.and")
    .get(budget)
    .i32(DEEPEST);
  tableIndexOfEntry(code.get(entry)).callIndirect(REGION_TYPE).set(budget).set(pc);
  storePc();
  code.get(pc).i32(STOP).op("i32.and").op("i32.eqz").brIf(1);
  code
    .i32(0)
    .memory("i32.load", stateAddress + 4 * LEAVE_WORD)
    .brIf(2);
  code.get(pc).i32(~STOP).op("i32.and").set(pc).end();
  code.get(stepped).get(budget).op("i32.add").set(stepped);
  code.get(pc).get(budget).call(STEPPER_FUNCTION).set(budget).set(pc);
  code.get(stepped).get(budget).op("i32.sub").set(stepped);
  storePc();
  code.get(pc).i32(STOP).op("i32.and").op("i32.eqz").brIf(0);
  code.end().end();
  code
    .i32(0)
    .get(stepped)
    .memory("i32.store", stateAddress + 4 * STEPPED_WORD);
  return code.get(budget).bytes.slice();
};
