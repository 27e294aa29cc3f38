/**
 * Shows over HTTP how the module is: `/metrics` for Prometheus, `/healthz` and `/readyz` for whoever supervises it. It only reads:
 * counters that are kept anyway, and what the board tells of itself in shared memory.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Clock, NetworkListener } from "../../runtime/index.ts";
import { FrontDoor, type Visitor } from "../front-door.ts";
import type { Logger } from "../logger.ts";
import type { Condition } from "./condition.ts";
import { CONTENT_TYPE } from "./exposition.ts";

const MAX_CONNECTIONS = 16;
const MAX_HEADER_BYTES = 8192;
const HANDSHAKE_TIMEOUT_MS = 5000;
/** A connection by which no request was made and answered for so long is closed. */
const IDLE_TIMEOUT_MS = 30_000;
const TIMES_CHECKED_EVERY_MS = 500;
/** Whoever asks more often gets the same text again: a flood costs nobody anything to speak of. */
const TEXT_SERVES_MS = 200;

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

export interface MetricsSource {
  /** As CONTENT_TYPE says. */
  metrics(): string;
  readonly condition: Condition;
  /** The module's name. */
  readonly module: string;
}

export class MetricsServer {
  readonly #source: MetricsSource;
  readonly #clock: Clock;
  readonly #door: FrontDoor;
  readonly #http = createServer(
    { maxHeaderSize: MAX_HEADER_BYTES, keepAliveTimeout: IDLE_TIMEOUT_MS },
    (request, response) => this.#answer(request, response),
  );
  /** When each connection was last of use: made, or an answer taken. */
  readonly #usedAtMs = new Map<Socket, number>();
  #text = { atMs: Number.NEGATIVE_INFINITY, metrics: "" };
  #timer: NodeJS.Timeout | null = null;

  constructor(listener: NetworkListener, source: MetricsSource, clock: Clock, log: Logger) {
    this.#source = source;
    this.#clock = clock;
    const words = {
      ...{ what: "metrics", entry: "io.metrics", fields: {} },
      exposure: listener.isExposed ? "insecure: anybody who reaches the metrics may read them" : null,
    };
    const limits = { maxConnections: MAX_CONNECTIONS, handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS };
    this.#door = new FrontDoor({ ...listener, ...limits }, words, this, clock, log);
  }

  get address(): { readonly host: string; readonly port: number } {
    return this.#door.address;
  }

  /** @throws CannotListen */
  async start(): Promise<void> {
    await this.#door.open();
    this.#timer = setInterval(() => this.#checkTimes(), TIMES_CHECKED_EVERY_MS);
  }

  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#door.close();
  }

  reload(): Promise<void> {
    return this.#door.reload();
  }

  admitted({ socket }: Visitor): void {
    this.#usedAtMs.set(socket, this.#clock.monotonicMs());
    socket.on("close", () => this.#usedAtMs.delete(socket));
    this.#http.emit("connection", socket);
  }

  mayNoLonger({ socket }: Visitor): void {
    socket.destroy();
  }

  #checkTimes(): void {
    const longestAgoMs = this.#clock.monotonicMs() - IDLE_TIMEOUT_MS;
    for (const [socket, usedAtMs] of this.#usedAtMs) if (usedAtMs < longestAgoMs) socket.destroy();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { status, type, body } = this.#answerTo(request);
    const bytes = Buffer.from(body);
    response.on("finish", () => {
      if (this.#usedAtMs.has(request.socket)) this.#usedAtMs.set(request.socket, this.#clock.monotonicMs());
    });
    response.writeHead(status, {
      "Content-Type": type,
      "Content-Length": bytes.length,
      "Cache-Control": "no-store",
      ...(status === 405 && { Allow: "GET, HEAD" }),
      ...(hasBody(request) && { Connection: "close" }),
    });
    response.end(bytes);
  }

  #answerTo(request: IncomingMessage): Answer {
    const { method, url = "" } = request;
    if (method !== "GET" && method !== "HEAD") return plain(405, "only GET and HEAD are answered here");
    if (hasBody(request)) return plain(413, "a request here has no body");
    const [path] = url.split("?");
    const { condition } = this.#source;
    if (path === "/metrics") return { status: 200, type: CONTENT_TYPE, body: this.#metrics() };
    if (path === "/healthz") return this.#verdict(condition.ailments());
    if (path === "/readyz") return this.#verdict(condition.lacks());
    return plain(404, "there are /metrics, /healthz and /readyz");
  }

  #verdict(missing: readonly string[]): Answer {
    const body = { module: this.#source.module, status: missing.length === 0 ? "ok" : "failing", missing };
    return { status: missing.length === 0 ? 200 : 503, type: "application/json", body: `${JSON.stringify(body)}\n` };
  }

  #metrics(): string {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#text.atMs >= TEXT_SERVES_MS) this.#text = { atMs: nowMs, metrics: this.#source.metrics() };
    return this.#text.metrics;
  }
}

/** Whatever its method says (RFC 9112 §6). Such a connection ends with the answer: what else comes by it is not read. */
const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) !== 0;

const plain = (status: number, what: string): Answer => ({
  status,
  type: "text/plain; charset=utf-8",
  body: `${what}\n`,
});
