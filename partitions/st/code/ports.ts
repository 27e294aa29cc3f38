/** The ports of a partition: what its manifest says of them, and the routines that its programs call (ARINC 653 P1 §2.3.5). */
import type { ManifestPort } from "../../../runtime/image-manifest.ts";
import type { IrFunction } from "../ir/ir.ts";
import { PORT_ROUTINES } from "../ir/lower-statement.ts";
import { type Program, prefixOf, programsOf } from "../semantics/analyse.ts";
import type { Place } from "../semantics/checked.ts";
import { PORT_TYPES, sends } from "../semantics/port-types.ts";
import type { Unit, Variable } from "../semantics/symbols.ts";
import type { PortType } from "../semantics/types.ts";
import { MESSAGE_AGE, portRoutine } from "./port-routine.ts";

interface NamedPort {
  readonly name: string;
  readonly type: PortType;
  readonly variable: Variable;
}

export const portsOf = (program: Program): readonly NamedPort[] =>
  programsOf(program).flatMap((each) =>
    each.program.variables.flatMap((variable) =>
      variable.type.kind === "port"
        ? [{ name: `${prefixOf(each)}${variable.name}`.replace(".", "_"), type: variable.type, variable }]
        : [],
    ),
  );

interface PortRoutine {
  /** Where calls go. */
  readonly name: string;
  readonly fn: IrFunction;
  /** What it calls. */
  readonly needs: readonly Unit[];
}

export const portRoutines = (program: Program, ports: readonly NamedPort[]): readonly PortRoutine[] =>
  PORT_TYPES.filter((type) => ports.some((port) => port.type === type)).map((type) => {
    const name = PORT_ROUTINES[type.name];
    const needs = type.name === "SAMPLING_RECEIVE" ? program.routine(MESSAGE_AGE) : [];
    return { name, fn: portRoutine(type, name), needs };
  });

/** Where the start-up code puts the number under which the hypervisor knows the port. */
export const portIndex = ({ type, variable: { storage } }: NamedPort) => {
  if (storage.kind !== "static") throw new Error("a port is a static variable");
  const field = type.fields.find(({ key }) => key === "PORT")!;
  return { base: { kind: "static", area: storage.area }, offset: storage.offset + field.offset } as const;
};

export const manifestPorts = (program: Program): readonly ManifestPort[] =>
  portsOf(program).map(({ name, type, variable }) => ({
    name,
    direction: sends(type) ? "source" : "destination",
    messageBytes: messageBytes(program, variable),
  }));

/** The largest message that any call gives this port. */
const messageBytes = (program: Program, port: Variable): number => {
  let most = 0;
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) for (const item of node) walk(item);
    else if (typeof node === "object" && node !== null) {
      const statement = node as { readonly kind?: string; readonly variable?: unknown; readonly message?: Place };
      if (statement.kind === "port" && statement.variable === port)
        most = Math.max(most, statement.message?.type.bytes ?? 0);
      for (const key of ["branches", "body", "otherwise", "arms"] as const)
        walk((node as Record<string, unknown>)[key]);
    }
  };
  for (const { body } of program.units) walk(body);
  return most;
};
