import { describe, expect, it } from "vitest";
import { systemOf } from "../../../hil-tests/laws/systems.ts";
import { BoardRequests } from "../../host/board-requests.ts";
import { LatenessHistogram } from "../../host/lateness.ts";
import { createHasher } from "../../trace/index.ts";
import { SourcePlaces } from "../source-places.ts";
import { Consoles } from "./consoles.ts";
import { ModuleControl } from "./module-control.ts";

const system = systemOf({
  partitions: { a: { image: Uint8Array.of(0x6f, 0, 0, 0) } },
  majorFrame: 1000,
  slots: [["a", 0, 500]],
});

/** The control of a module whose board fails at every look. */
const failing = async () => {
  const requests = new BoardRequests();
  requests.look = () => Promise.reject(new RangeError("the ring is broken"));
  const logged: unknown[] = [];
  const control = new ModuleControl({
    ...{
      system,
      programs: [null],
      consoles: new Consoles(1),
      hasher: await createHasher(),
      restored: new Map(),
      sources: new SourcePlaces(system),
    },
    board: { requests, lateness: () => new LatenessHistogram().report(), stop: () => {} },
    log: { error: (fields: unknown) => void logged.push(fields) },
  });
  return { control, logged };
};

describe("a fault in what answers a control request", () => {
  it("is told to the client and to the log, and goes no further", async () => {
    const { control, logged } = await failing();
    expect(await control.handle("stop", { partition: "a" })).toEqual({
      ok: false,
      error: expect.objectContaining({ code: "internal-error", what: "stop failed: the ring is broken" }),
    });
    expect(logged).toEqual([{ verb: "stop", reason: expect.stringContaining("module-control.test.ts") }]);
    expect(await control.handle("stop", { partition: "b" })).toMatchObject({ ok: false });
    expect(logged).toHaveLength(1);
  });
});
