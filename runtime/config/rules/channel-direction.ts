/** A channel leads from an output or source port to inputs or a destination port (ARINC 653 P1 §2.3.5). */
import type { Rule } from "./rule.ts";

export const channelDirection: Rule = {
  code: "channel-direction",
  description: "A channel leads from where something is sent to where it is received.",
  *check({ pointUses, portUses }) {
    for (const { by, at, text, point } of pointUses) {
      const wanted = by === "channelFrom" ? "output" : by === "channelTo" ? "input" : null;
      if (wanted === null || !point?.direction || point.direction === wanted) continue;
      const message = `${text} is an ${point.direction}: a sampling channel ${DIRECTIONS[wanted]} an ${wanted}`;
      yield { at, message, hint: "swap the ends, or name another point" };
    }
    for (const { by, at, text, port } of portUses) {
      const wanted = by === "channelFrom" ? "source" : "destination";
      if (!port?.direction || port.direction === wanted) continue;
      const message = `${text} is a ${port.direction} port: a channel ${DIRECTIONS[wanted]} a ${wanted} port`;
      yield { at, message, hint: "swap the ends, or name another port" };
    }
  },
};

const DIRECTIONS = { output: "starts at", source: "starts at", input: "leads to", destination: "leads to" } as const;
