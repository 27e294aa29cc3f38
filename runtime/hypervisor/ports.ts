/** The ports of one partition: they answer with the return codes of partita.h (ARINC 653 P1 §3.6.2). */
import { PARTITA_RETURN_CODES as CODE } from "../board/index.ts";
import type { Port } from "../system.ts";
import type { Cycles } from "../units.ts";
import type { Channels } from "./channels.ts";
import type { PortEnd } from "./port-ends.ts";

export class Ports {
  readonly #ports: readonly Port[];
  /** What is behind each of them. */
  readonly #ends: readonly PortEnd[];

  constructor(partition: number, ports: readonly Port[], channels: Channels) {
    this.#ports = ports;
    this.#ends = ports.map((port) => channels.endOf(partition, port));
  }

  /** Fixes free places and receivable messages for the slot. */
  startSlot(): void {
    for (const end of this.#ends) end.startSlot();
  }

  /** What was sent and received in the slot, which ends at board cycle `now`, takes effect. */
  endSlot(now: Cycles): void {
    for (const end of this.#ends) end.endSlot(now);
  }

  /** Between two frames. */
  empty(): void {
    for (const end of this.#ends) end.empty();
  }

  /** @returns the index of the port of that name, or −1. */
  find(name: string): number {
    return this.#ports.find((port) => port.name === name)?.index ?? -1;
  }

  send(port: number, message: Uint8Array): number {
    return this.#ends[port]?.send(message) ?? CODE.INVALID_PARAM;
  }

  /** @returns the message's length, or −(return code). */
  receive(port: number, into: Uint8Array): number {
    return this.#ends[port]?.receive(into) ?? -CODE.INVALID_PARAM;
  }

  available(port: number): number {
    return this.#ends[port]?.available ?? 0;
  }

  maxMessageBytes(port: number): number {
    return this.#ends[port]?.maxMessageBytes ?? 0;
  }

  lost(port: number): number {
    return this.#ends[port]?.lost ?? 0;
  }

  /** Board cycles. */
  age(port: number, now: Cycles): number {
    return this.#ends[port]?.age(now) ?? 0;
  }

  isValid(port: number, now: Cycles): boolean {
    return this.#ends[port]?.isValid(now) ?? false;
  }
}
