/** The bridge's front door: connects a running module's points to Modbus and MQTT. Only this room opens sockets. */
export { type Bridge, type BridgeCounters, type BridgeOptions, type Listening, startBridge } from "./bridge.ts";
export { CannotListen } from "./listen.ts";
export type { Logger } from "./logger.ts";
