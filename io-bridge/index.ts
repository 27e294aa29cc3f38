/** The bridge's front door: connects a running module's points to Modbus and MQTT. Only this room opens sockets. */
export { type Bridge, startBridge } from "./bridge.ts";
export { CannotListen } from "./listen.ts";
