/** Whether the primary host application is there, as it says itself on its STATE topic (specification 3.0.0 §5.4, §6.4.22). */

export type HostState = "unknown" | "online" | "offline";

/** Of one connection to a broker: another broker's is another state. */
export class PrimaryHost {
  #state: HostState = "unknown";
  #timestamp = Number.NEGATIVE_INFINITY;

  get state(): HostState {
    return this.#state;
  }

  /**
   * Takes what it says; what is older than what it has said before counts for nothing: its will may come late.
   * @returns whether that was a STATE message.
   */
  take(payload: Buffer): boolean {
    const said = parsed(payload);
    if (said === null) return false;
    if (said.timestamp < this.#timestamp) return true;
    this.#timestamp = said.timestamp;
    this.#state = said.online ? "online" : "offline";
    return true;
  }
}

const parsed = (payload: Buffer): { readonly online: boolean; readonly timestamp: number } | null => {
  let said: unknown;
  try {
    said = JSON.parse(payload.toString("utf8"));
  } catch {
    return null;
  }
  if (typeof said !== "object" || said === null || !("online" in said) || !("timestamp" in said)) return null;
  const { online, timestamp } = said;
  return typeof online === "boolean" && typeof timestamp === "number" ? { online, timestamp } : null;
};
