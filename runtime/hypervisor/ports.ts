/** The queuing ports of one partition: they answer with the return codes of partita.h (ARINC 653 P1 §3.6.2.2). */
import { PARTITA_RETURN_CODES as CODE } from "../board/index.ts";
import type { QueuingPort } from "../system.ts";
import type { MessageQueue } from "./message-queue.ts";

export class Ports {
  readonly #ports: readonly QueuingPort[];
  /** The queue behind each port, and those behind all ports of one direction. */
  readonly #queues: readonly MessageQueue[];
  readonly #sources: readonly MessageQueue[];
  readonly #destinations: readonly MessageQueue[];

  /** @param queues those of all channels, by index. */
  constructor(ports: readonly QueuingPort[], queues: readonly MessageQueue[]) {
    this.#ports = ports;
    const queuesOf = (those: readonly QueuingPort[]) => those.map(({ channel }) => queues[channel]!);
    this.#queues = queuesOf(ports);
    this.#sources = queuesOf(ports.filter(({ direction }) => direction === "source"));
    this.#destinations = queuesOf(ports.filter(({ direction }) => direction === "destination"));
  }

  /** Fixes free places and receivable messages for the slot. */
  startSlot(): void {
    for (const queue of this.#sources) queue.startSourceSlot();
    for (const queue of this.#destinations) queue.startDestinationSlot();
  }

  /** What was sent and received in the slot takes effect. */
  endSlot(): void {
    for (const queue of this.#sources) queue.endSourceSlot();
    for (const queue of this.#destinations) queue.endDestinationSlot();
  }

  /** Between two frames. */
  empty(): void {
    for (const queue of this.#queues) queue.empty();
  }

  /** @returns the index of the port of that name, or −1. */
  find(name: string): number {
    return this.#ports.find((port) => port.name === name)?.index ?? -1;
  }

  send(port: number, message: Uint8Array): number {
    const queue = this.#queues[port];
    if (queue === undefined) return CODE.INVALID_PARAM;
    if (this.#ports[port]!.direction !== "source") return CODE.INVALID_MODE;
    if (message.length > queue.maxMessageBytes) return CODE.INVALID_PARAM;
    return queue.send(message) ? CODE.NO_ERROR : CODE.NOT_AVAILABLE;
  }

  /** @returns the message's length, or −(return code). */
  receive(port: number, into: Uint8Array): number {
    const queue = this.#queues[port];
    if (queue === undefined) return -CODE.INVALID_PARAM;
    if (this.#ports[port]!.direction !== "destination") return -CODE.INVALID_MODE;
    if (queue.receivable === 0) return -CODE.NOT_AVAILABLE;
    return queue.nextLength > into.length ? -CODE.INVALID_PARAM : queue.receive(into);
  }

  available(port: number): number {
    const queue = this.#queues[port];
    if (queue === undefined) return 0;
    return this.#ports[port]!.direction === "source" ? queue.free : queue.receivable;
  }

  maxMessageBytes(port: number): number {
    return this.#queues[port]?.maxMessageBytes ?? 0;
  }
}
