/** `PROGRAM P WITH T : Main(in := source, out => sink);` in a CONFIGURATION (IEC 61131-3 §6.8.1): each scan copies in, runs, copies out. */
import { type Argument, PLAIN_UNIT, type UnitDeclaration } from "../syntax/ast.ts";
import { checkProgramCall } from "./check-program-call.ts";
import { unitOf } from "./declare-unit.ts";
import type { World } from "./scope.ts";
import type { Instance } from "./symbols.ts";

/** The instance with what connects it. Sources and sinks are globals, addresses and constants. */
export const connected = (world: World, instance: Instance, connections: readonly Argument[]): Instance => {
  if (connections.length === 0) return instance;
  const { name, at, program } = instance;
  // Two underscores: no unit of the program has this name.
  const symbol = { at, text: `${name}__connected`, key: `${name.toUpperCase()}__CONNECTED` };
  const declaration: UnitDeclaration = { ...PLAIN_UNIT, at, unit: "PROGRAM", name: symbol };
  const entry = unitOf(world.space, declaration, true);
  const callee = { kind: "name", at, name: { at, text: program.name, key: program.key } } as const;
  const call = { kind: "call", at, callee, arguments: connections } as const;
  entry.body = checkProgramCall({ world, unit: entry, names: new Map() }, call, program);
  return { ...instance, entry };
};
