import { describe, expect, it } from "vitest";
import { guestAddress } from "../../units.ts";
import { Htif } from "./htif.ts";

const RAM = 0x8000_0000;
const TOHOST = guestAddress(RAM + 0x100);
const FROMHOST = guestAddress(RAM + 0x140);
const REQUEST = RAM + 0x200;
const TEXT = RAM + 0x300;

const connect = (fromhost: typeof FROMHOST | null = FROMHOST) => {
  const ram = new Uint8Array(0x1000);
  const view = new DataView(ram.buffer);
  const [ends, sent, changed]: number[][] = [[], [], []];
  const htif = new Htif({
    ram,
    tohost: TOHOST,
    fromhost,
    transmit: (byte) => sent!.push(byte),
    end: (code) => ends!.push(code),
    ramChanged: (address) => changed!.push(address),
  });
  const put = (address: number, value: number) => view.setUint32(address - RAM, value, true);
  const get = (address: number) => view.getBigInt64(address - RAM, true);
  /** The guest stores a value in tohost. */
  const tell = (value: number) => {
    put(TOHOST, value);
    htif.look();
  };
  /** The guest makes a request of four doublewords. */
  const request = (...words: number[]) => {
    for (const [index, word] of words.entries()) put(REQUEST + 8 * index, word);
    tell(REQUEST);
    return get(REQUEST);
  };
  ram.set(new TextEncoder().encode("hello"), TEXT - RAM);
  const output = () => String.fromCharCode(...sent!);
  return { ends, changed, tell, get, put, request, output };
};

describe("a verdict in tohost", () => {
  it("is a pass when it is 1, and else names the test that failed", () => {
    const { tell, ends } = connect();
    for (const value of [1, 3, 0x539, 0xffff_ffff]) tell(value);
    expect(ends).toEqual([0, 1, 0x29c, 0x7fff_ffff]);
  });

  it("is not there while the word is 0", () => {
    const { tell, ends, changed } = connect();
    tell(0);
    expect([ends, changed]).toEqual([[], []]);
  });

  it("is a failure when it is no request in RAM", () => {
    const { tell, ends } = connect();
    for (const value of [2, RAM - 2, RAM + 0x1000 - 30]) tell(value);
    expect(ends).toEqual([1, RAM / 2 - 1, RAM / 2 + 0x800 - 15]);
  });
});

describe("a write request in tohost", () => {
  it("prints, returns the bytes written, clears tohost and sets fromhost", () => {
    const { request, output, get, ends, changed } = connect();
    expect(request(64, 1, TEXT, 5)).toBe(5n);
    expect([output(), get(TOHOST), get(FROMHOST), ends]).toEqual(["hello", 0n, 1n, []]);
    expect(changed).toEqual([REQUEST, TOHOST, FROMHOST]);
    expect(request(64, 2, TEXT + 1, 3)).toBe(3n);
    expect(output()).toBe("helloell");
  });

  it("does without fromhost where the guest has none", () => {
    const { request, get } = connect(null);
    expect(request(64, 1, TEXT, 5)).toBe(5n);
    expect([get(TOHOST), get(FROMHOST)]).toEqual([0n, 0n]);
  });

  it("gets an error number when it cannot be done, and is answered all the same", () => {
    const { request, output, get } = connect();
    expect(request(64, 0, TEXT, 5)).toBe(-9n);
    expect(request(64, 1, TEXT, 0x1000)).toBe(-14n);
    expect(request(64, 1, 4, 4)).toBe(-14n);
    expect(request(93, 1, 0, 0)).toBe(-38n);
    expect([output(), get(TOHOST), get(FROMHOST)]).toEqual(["", 0n, 1n]);
  });
});
