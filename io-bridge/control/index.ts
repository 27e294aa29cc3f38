/** The control socket: how other programs of the same user meet a running module. Loads none of the bridge's network libraries. */
export { CannotConnect, ControlClient } from "./control-client.ts";
export type { ControlHandler } from "./control-connection.ts";
export { CannotControl, type ControlServer, startControl } from "./control-server.ts";
export { type ControlError, type ControlOutcome, type Json, refusal } from "./protocol.ts";
export { modulesWithSockets, prepareFolder, socketPathOf } from "./socket-path.ts";
