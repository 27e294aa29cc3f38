import { describe, expect, test } from "vitest";
import type { ModbusDevice } from "../../../runtime/index.ts";
import { cooperate, FieldMemory, pollField, wilfulDevice } from "../../testing/field.ts";
import { eventually, fieldClient, fieldDevice, mapping, pause, refOf, testSystem } from "../../testing/test-module.ts";
import { mbapFrame } from "../mbap-framer.ts";

const module = testSystem({
  valves: ["out a UINT", "out b UINT", "out c REAL", "out x BOOL", "out y BOOL", "out z BOOL", "in level UINT"],
});
const ref = (name: string) => refOf(module, `valves.${name}`);

const device = (more: Partial<ModbusDevice>): ModbusDevice =>
  fieldDevice({ name: "manifold", pollGroups: [{ name: "all", intervalMs: 60_000 }], mappings: [], ...more });

const neighbours = [
  mapping(ref("a"), "holdingRegister", 10, "UINT"),
  mapping(ref("b"), "holdingRegister", 11, "UINT"),
  mapping(ref("c"), "holdingRegister", 12, "REAL"),
];
const coils = (["x", "y", "z"] as const).map((name, nth) => mapping(ref(name), "coil", 3 + nth, "BOOL"));
const bits = (["x", "y"] as const).map((name, nth) =>
  mapping(ref(name), "holdingRegister", 20, "BOOL", { bit: [2, 9][nth]! }),
);

/** A device with a memory, at work until the test ends; `asked` holds the requests in hexadecimal. */
const write = async (
  more: Partial<ModbusDevice>,
  behave = (memory: FieldMemory, pdu: Buffer) => memory.answer(pdu),
) => {
  const memory = new FieldMemory();
  memory.registers[20] = 0xf00f;
  const field = await wilfulDevice(({ pdu }) => behave(memory, pdu));
  const system = pollField(fieldClient(field.port, [device(more)]), module);
  const asked = () => field.asked.map(({ pdu }) => pdu.toString("hex"));
  await eventually("the initial outputs are written", () => field.asked.length > 0);
  await pause(50);
  field.asked.length = 0;
  return { ...system, memory, asked };
};

describe("outputs that change together", () => {
  test("are written by one request when their registers are neighbours, else alone", async () => {
    const { board, memory, asked } = await write({ mappings: neighbours });
    board.set("valves.a", 1);
    board.set("valves.b", 2);
    board.set("valves.c", 1.5);
    await eventually("all are written", () => memory.registers[12] === 0x3fc0);
    expect(asked()).toEqual(["10000a000408" + "00010002" + "3fc00000"]);
    board.set("valves.a", 3);
    board.set("valves.c", 2);
    await eventually("both are written", () => memory.registers[10] === 3 && memory.registers[12] === 0x4000);
    expect(asked().slice(1).sort()).toEqual(["06000a0003", "10000c000204" + "40000000"]);
  });

  test("are written as one run of coils", async () => {
    const { board, memory, asked } = await write({ mappings: coils });
    for (const name of ["x", "y", "z"]) board.set(`valves.${name}`, true);
    await eventually("all are written", () => memory.coils[5] === 1);
    board.set("valves.y", false);
    await eventually("one is written", () => memory.coils[4] === 0);
    expect(asked()).toEqual(["0f0003000301" + "07", "0500040000"]);
  });

  test("go one by one to a device that takes no more, and always in runs to one that knows no single ones", async () => {
    const single = await write({ mappings: neighbours.slice(0, 2), writeSingle: "always" });
    single.board.set("valves.a", 1);
    single.board.set("valves.b", 2);
    await eventually("both are written", () => single.memory.registers[11] === 2);
    expect(single.asked().sort()).toEqual(["06000a0001", "06000b0002"]);
    const runs = await write({ mappings: [neighbours[0]!, coils[0]!], writeSingle: "never" });
    runs.board.set("valves.a", 7);
    runs.board.set("valves.x", true);
    await eventually("both are written", () => runs.memory.registers[10] === 7 && runs.memory.coils[3] === 1);
    expect(runs.asked().sort()).toEqual(["0f0003000101" + "01", "10000a000102" + "0007"]);
  });

  test("are written one by one when the device refuses them together: the good ones get there", async () => {
    const { board, memory, counters } = await write({ mappings: neighbours.slice(0, 2) }, (memory, pdu) => {
      const touchesEleven = pdu[0] === 16 || pdu.readUInt16BE(1) === 11;
      return touchesEleven ? Buffer.from([pdu[0]! | 0x80, 2]) : memory.answer(pdu);
    });
    board.set("valves.a", 5);
    board.set("valves.b", 6);
    await eventually("the good one is written", () => memory.registers[10] === 5);
    await eventually("the other is refused", () => counters("manifold").exceptions[2]! >= 2);
    expect(memory.registers[11]).toBe(0);
  });
});

describe("bits of a register", () => {
  test("are written by one mask to a device that knows it, and leave the others alone", async () => {
    const { board, memory, asked } = await write({ mappings: bits, maskWrite: true });
    board.set("valves.x", true);
    board.set("valves.y", true);
    await eventually("both are set", () => memory.registers[20] === (0xf00f | 0x204));
    expect(asked()).toEqual(["160014" + "fdfb" + "0204"]);
    board.set("valves.x", false);
    await eventually("one is cleared", () => memory.registers[20] === ((0xf00f | 0x200) & ~4));
    expect(asked()[1]).toBe("160014" + "fffb" + "0000");
  });

  test("are read and written in one turn to one that does not, whatever else is due", async () => {
    const level = mapping(ref("level"), "holdingRegister", 30, "UINT", { pollGroup: 1 });
    const { board, memory, asked } = await write({
      mappings: [...bits, level],
      pollGroups: [
        { name: "outputs", intervalMs: 60_000 },
        { name: "inputs", intervalMs: 5 },
      ],
    });
    for (let round = 0; round < 20; round += 1) {
      const on = round % 2 === 0;
      board.set("valves.x", on);
      board.set("valves.y", !on);
      await eventually("they are written", () => (memory.registers[20]! & 0x204) === (on ? 4 : 0x200));
    }
    expect(memory.registers[20]! & ~0x204).toBe(0xf00f & ~0x204);
    const all = asked();
    const [read, writes] = ["0300140001", all.filter((pdu) => pdu.startsWith("060014"))];
    expect(writes.length).toBeGreaterThanOrEqual(20);
    expect(all.filter((pdu) => pdu === "03001e0001").length).toBeGreaterThan(0);
    for (const [index, pdu] of all.entries()) if (pdu.startsWith("060014")) expect(all[index - 1]).toBe(read);
  });
});

describe("a write", () => {
  test("under which the output changes is followed by another at once", async () => {
    const memory = new FieldMemory();
    const field = await wilfulDevice(({ pdu, socket }, transaction) => {
      setTimeout(() => socket.destroyed || socket.write(mbapFrame(transaction, 1, memory.answer(pdu))), 60);
      return null;
    });
    const config = fieldClient(field.port, [device({ mappings: [neighbours[0]!] })], { responseTimeoutMs: 1000 });
    const { board } = pollField(config, module);
    await eventually("the initial output is under way", () => field.asked.length === 1);
    board.set("valves.a", 3);
    await eventually("the change is written", () => memory.registers[10] === 3);
  });

  test("that reads back as something else is counted, said once, and tried again", async () => {
    const verified = mapping(ref("a"), "holdingRegister", 10, "UINT", { writeVerify: "readback" });
    let isDeaf = false;
    const { board, memory, lines, counters, asked } = await write({ mappings: [verified] }, (memory, pdu) =>
      isDeaf && pdu[0] === 6 ? pdu : memory.answer(pdu),
    );
    board.set("valves.a", 5);
    await eventually("it is written", () => memory.registers[10] === 5);
    await eventually("and read back", () => asked().includes("03000a0001"));
    expect(counters("manifold").differing).toBe(0);
    isDeaf = true;
    board.set("valves.a", 6);
    await eventually("it is counted", () => counters("manifold").differing === 1);
    expect(lines.filter(({ level }) => level === "warn").map(({ fields }) => fields.trouble)).toEqual([
      "something else is read back",
    ]);
  });

  test("is taken for done by any answer where nothing is to be verified, and for undone by a wrong echo where it is", async () => {
    const wrongEcho = (_: FieldMemory, pdu: Buffer) =>
      pdu[0] === 6 ? Buffer.from("0600000000", "hex") : cooperate({ pdu });
    const none = await write(
      { mappings: [mapping(ref("a"), "holdingRegister", 10, "UINT", { writeVerify: "none" })] },
      wrongEcho,
    );
    none.board.set("valves.a", 5);
    await eventually("it is answered", () => none.counters("manifold").answers >= 2);
    expect(none.counters("manifold").refused.echo).toBe(0);
    const echo = await write({ mappings: [mapping(ref("a"), "holdingRegister", 10, "UINT")] }, wrongEcho);
    echo.board.set("valves.a", 5);
    await eventually("it is refused", () => echo.counters("manifold").refused.echo >= 2);
  });

  test("that went unanswered is made again before long, however seldom it is repeated", async () => {
    let isSilent = false;
    const { board, memory, counters } = await write({ mappings: [neighbours[0]!] }, (memory, pdu) =>
      isSilent ? Buffer.from([0x80 | pdu[0]!, 6]) : memory.answer(pdu),
    );
    isSilent = true;
    board.set("valves.a", 9);
    await eventually("the device is busy", () => counters("manifold").exceptions[6] === 1);
    isSilent = false;
    await eventually("it is written", () => memory.registers[10] === 9, 1000);
  });
});
