/** What a Modbus server counts, since its start. */
export interface ModbusServerCounters {
  /** Now; on a serial line 1 while it is open. */
  readonly connections: number;
  readonly requests: number;
  /** Requests answered with an exception. */
  readonly exceptions: number;
  /** Connections refused: too many, from an address that may not, or without a certificate that is trusted. */
  readonly refused: number;
  /** Connections closed for garbage, unfinished frames or silence. */
  readonly cutOff: number;
  /** On a serial line: stretches of bytes that were no frame, or failed the check. */
  readonly garbled: number;
}
