import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomFrom } from "../../testing/test-module.ts";
import { crc16 } from "../crc.ts";
import { mbapFrame } from "../mbap-framer.ts";
import { rtuFrame } from "../rtu-framer.ts";
import type { Expectation } from "./reply-check.ts";
import { MbapReplies, type ReplyFraming, RtuReplies } from "./reply-framing.ts";

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");

/** Every function that the client uses: a request, and its right reply. */
const EXCHANGES = [
  ["read coils", "01 0003 000a", "01 02 ff03"],
  ["read discrete inputs", "02 0000 0008", "02 01 5a"],
  ["read holding registers", "03 0010 0002", "03 04 12345678"],
  ["read input registers", "04 0000 0001", "04 02 abcd"],
  ["write one coil", "05 0003 ff00", "05 0003 ff00"],
  ["write one register", "06 0014 0009", "06 0014 0009"],
  ["write coils", "0f 0003 000a 02 ff03", "0f 0003 000a"],
  ["write registers", "10 0010 0002 04 12345678", "10 0010 0002"],
  ["mask a register", "16 0004 00f2 0025", "16 0004 00f2 0025"],
] as const;

const UNIT = 7;
const expecting = (request: string, isEchoChecked = true): Expectation => ({
  unit: UNIT,
  pdu: hex(request),
  isEchoChecked,
});

/** What the bytes mean when they come in these chunks: the last verdict that is not "waiting". */
const verdictOf = (framing: ReplyFraming, chunks: readonly Buffer[]) => {
  for (const chunk of chunks) {
    const verdict = framing.push(chunk);
    if (verdict.kind !== "waiting") return verdict;
  }
  return { kind: "waiting", flaw: framing.giveUp() } as const;
};

const inChunks = (bytes: Buffer, sizes: readonly number[]): Buffer[] => {
  const chunks: Buffer[] = [];
  let rest = bytes;
  for (const size of sizes) {
    chunks.push(rest.subarray(0, size));
    rest = rest.subarray(size);
  }
  return [...chunks, rest].filter(({ length }) => length > 0);
};

const anySizes = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 10 });

describe.each([
  ["TCP", () => new MbapReplies(), (pdu: Buffer) => mbapFrame(1, UNIT, pdu)],
  ["a serial line", () => new RtuReplies(), (pdu: Buffer) => rtuFrame(UNIT, pdu)],
] as const)("a reply on %s", (_, framing, frame) => {
  test.each(EXCHANGES)("to %s is found, however it is cut", (_what, request, reply) => {
    fc.assert(
      fc.property(anySizes, (sizes) => {
        const replies = framing();
        expect(replies.begin(expecting(request))).toEqual(frame(hex(request)));
        expect(verdictOf(replies, inChunks(frame(hex(reply)), sizes))).toEqual({ kind: "reply", pdu: hex(reply) });
      }),
      { numRuns: 20 },
    );
  });

  test.each(EXCHANGES)("to %s may be an exception", (_what, request) => {
    const replies = framing();
    replies.begin(expecting(request));
    const exception = Buffer.from([hex(request)[0]! | 0x80, 2]);
    expect(verdictOf(replies, [frame(exception)])).toEqual({ kind: "reply", pdu: exception });
  });

  test.each(EXCHANGES.slice(4))("to %s is refused when its echo is another", (_what, request, reply) => {
    for (let at = 1; at < hex(reply).length; at += 1) {
      const wrong = hex(reply);
      wrong[at]! ^= 1;
      const replies = framing();
      replies.begin(expecting(request));
      expect(verdictOf(replies, [frame(wrong)])).toMatchObject({ kind: "refused", flaw: "echo" });
    }
  });

  test("to a write that is not verified may have any echo, but not any length", () => {
    const [any, long] = [framing(), framing()];
    any.begin(expecting("06 0014 0009", false));
    expect(verdictOf(any, [frame(hex("06 0000 0000"))]).kind).toBe("reply");
    long.begin(expecting("06 0014 0009", false));
    expect(verdictOf(long, [frame(hex("06 0014 0009 00"))]).kind).not.toBe("reply");
  });
});

describe("what is no reply on TCP", () => {
  const reply = (transaction: number, unit: number, pdu: string) => mbapFrame(transaction, unit, hex(pdu));
  test.each([
    ["another transaction's", reply(2, UNIT, "04 02 abcd"), "transaction"],
    ["another unit's", reply(1, 8, "04 02 abcd"), "unit"],
    ["another function's", reply(1, UNIT, "03 02 abcd"), "function"],
    ["an exception of another function", reply(1, UNIT, "83 02"), "function"],
    ["longer than asked for", reply(1, UNIT, "04 04 abcd0000"), "length"],
    ["shorter than asked for", reply(1, UNIT, "04 00"), "length"],
    ["of a byte count that is not its own", reply(1, UNIT, "04 04 abcd"), "length"],
    ["an exception of three bytes", reply(1, UNIT, "84 02 00"), "length"],
    ["followed by something", Buffer.concat([reply(1, UNIT, "04 02 abcd"), hex("00")]), "frame"],
    ["of another protocol", hex("0001 0001 0005 07 04 02 abcd"), "frame"],
    ["of length 65535", hex("0001 0000 ffff 07 04 02 abcd"), "frame"],
  ])("%s is refused", (_, bytes, flaw) => {
    const replies = new MbapReplies();
    replies.begin(expecting("04 0000 0001"));
    expect(replies.push(bytes)).toMatchObject({ kind: "refused", flaw });
  });

  test("is late by up to 65,535 transactions: no two of them have the same number", () => {
    const replies = new MbapReplies();
    const numbers = new Set<number>();
    for (let nth = 0; nth < 0x1_0000; nth += 1) numbers.add(replies.begin(expecting("04 0000 0001")).readUInt16BE(0));
    expect(numbers.size).toBe(0x1_0000);
  });

  test("comes unasked: it is refused", () => {
    const replies = new MbapReplies();
    replies.begin(expecting("04 0000 0001"));
    expect(replies.push(reply(1, UNIT, "04 02 abcd")).kind).toBe("reply");
    expect(replies.push(reply(1, UNIT, "04 02 abcd"))).toMatchObject({ kind: "refused", flaw: "frame" });
  });

  test("is half a frame: that is known when the time is over", () => {
    const replies = new MbapReplies();
    replies.begin(expecting("04 0000 0001"));
    expect(replies.giveUp()).toBeNull();
    replies.begin(expecting("04 0000 0001"));
    expect(replies.push(hex("0002 0000 00"))).toEqual({ kind: "waiting" });
    expect(replies.giveUp()).toBe("frame");
  });
});

describe("what is no reply on a serial line", () => {
  const REQUEST = "04 0000 0001";
  const right = rtuFrame(UNIT, hex("04 02 abcd"));
  const spoiled = Buffer.from(right);
  spoiled[3]! ^= 0x10;
  test.each([
    ["of a wrong check sum", spoiled, "crc"],
    ["another unit's", rtuFrame(8, hex("04 02 abcd")), "unit"],
    ["another function's", rtuFrame(UNIT, hex("03 02 abcd")), "function"],
    ["longer than asked for", rtuFrame(UNIT, hex("04 04 abcd0000")), "crc"],
    ["shorter than asked for", rtuFrame(UNIT, hex("04 00")), "length"],
    ["of a byte count that is not its own", rtuFrame(UNIT, hex("04 04 abcd")), "length"],
    ["cut off", right.subarray(0, -1), "frame"],
    ["noise", hex("55 aa 55 aa"), "frame"],
    ["silence", Buffer.alloc(0), null],
  ])("%s is told apart", (_, bytes, flaw) => {
    const replies = new RtuReplies();
    replies.begin(expecting(REQUEST));
    expect([...bytes].map((byte) => replies.push(Buffer.from([byte])))).toSatisfy(
      (verdicts: { kind: string; flaw?: string }[]) =>
        verdicts.every(({ kind, flaw: found }) => kind === "waiting" || (kind === "refused" && found === flaw)),
    );
    const refused = replies.giveUp();
    if (refused !== null) expect(refused).toBe(flaw);
  });

  test("may be noise before the reply: that is passed over", () => {
    const replies = new RtuReplies();
    replies.begin(expecting(REQUEST));
    expect(replies.push(Buffer.concat([hex("00 ff 07 00"), right]))).toMatchObject({ kind: "reply" });
  });

  test("is a late reply, when nothing is asked: it is forgotten", () => {
    const replies = new RtuReplies();
    replies.begin(expecting(REQUEST));
    replies.giveUp();
    expect(replies.push(right)).toEqual({ kind: "waiting" });
    replies.begin(expecting("04 0000 0002"));
    expect(replies.giveUp()).toBeNull();
  });

  test("is a flood: it is refused before it fills the memory", () => {
    const replies = new RtuReplies();
    replies.begin(expecting(REQUEST));
    const verdicts = Array.from({ length: 20 }, () => replies.push(Buffer.alloc(100, 0x55)));
    expect(verdicts[5]).toMatchObject({ kind: "refused", flaw: "frame" });
  });
});

/** More when asked for, for the night. */
const REPLIES = Number(process.env.PARTITA_FUZZ_REPLIES ?? 100_000);

describe(`of ${REPLIES} spoiled replies`, () => {
  const below = randomFrom(2026);
  const bytesOf = (length: number): Buffer => Buffer.from(Array.from({ length }, () => below(256)));
  const spoil = (good: Buffer): Buffer => {
    const bytes = Buffer.from(good);
    switch (below(7)) {
      case 0:
        return bytes.subarray(0, below(bytes.length));
      case 1:
        return Buffer.concat([bytes, bytesOf(1 + below(20))]);
      case 2:
        return Buffer.concat([bytesOf(1 + below(20)), bytes]);
      case 3:
        return bytesOf(below(300));
      case 4:
        return Buffer.concat([bytes, bytes]);
      default:
        for (let count = 1 + below(3); count > 0; count -= 1) bytes[below(bytes.length)]! ^= 1 << below(8);
        return bytes;
    }
  };
  const anyChunks = (bytes: Buffer): Buffer[] => inChunks(bytes, [1 + below(8), 1 + below(300)]);

  test("TCP takes none but those that are right to the last byte", () => {
    const framing = new MbapReplies();
    let taken = 0;
    for (let round = 0; round < REPLIES / 2; round += 1) {
      const [, request, reply] = EXCHANGES[below(EXCHANGES.length)]!;
      const transaction = framing.begin(expecting(request)).readUInt16BE(0);
      const right = mbapFrame(transaction, UNIT, hex(reply));
      const bytes = spoil(right);
      const verdict = verdictOf(framing, anyChunks(bytes));
      if (verdict.kind !== "reply") continue;
      taken += 1;
      const head = bytes.subarray(0, right.length);
      // Data of a read may be anything; an exception is no longer the request's success; all else is the right frame.
      const isRead = hex(request)[0]! <= 4;
      const isException = head[7] === (right[7]! | 0x80);
      const known = isException ? 7 : isRead ? 9 : right.length;
      expect(head.subarray(0, 4)).toEqual(right.subarray(0, 4));
      expect(head[6]).toBe(UNIT);
      if (!isException) expect(head.subarray(0, known)).toEqual(right.subarray(0, known));
    }
    expect(taken).toBeGreaterThan(0);
  });

  test("a serial line takes none without a right check sum", () => {
    const framing = new RtuReplies();
    let taken = 0;
    for (let round = 0; round < REPLIES / 2; round += 1) {
      const [, request, reply] = EXCHANGES[below(EXCHANGES.length)]!;
      framing.begin(expecting(request));
      const bytes = spoil(rtuFrame(UNIT, hex(reply)));
      const verdict = verdictOf(framing, anyChunks(bytes));
      if (verdict.kind !== "reply") continue;
      taken += 1;
      const frame = rtuFrame(UNIT, verdict.pdu);
      expect(bytes.includes(frame)).toBe(true);
      expect(crc16(frame)).toBe(0); // what a check over the whole frame comes to
    }
    expect(taken).toBeGreaterThan(0);
  });
});
