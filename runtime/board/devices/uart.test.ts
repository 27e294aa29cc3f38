import { describe, expect, it } from "vitest";
import { Uart } from "./uart.ts";

const DATA = 0;
const IER = 1;
const IIR = 2;
const FCR = 2;
const LCR = 3;
const MCR = 4;
const LSR = 5;
const MSR = 6;
const SCR = 7;

const connect = (input = "") => {
  const pending = [...input].map((character) => character.charCodeAt(0));
  const sent: number[] = [];
  const line: boolean[] = [];
  const uart = new Uart({
    transmit: (byte) => sent.push(byte),
    receive: () => pending.shift() ?? -1,
    setInterrupt: (asserted) => line.push(asserted),
  });
  const read = (register: number) => uart.read(register, 1);
  const write = (register: number, value: number) => uart.write(register, 1, value);
  /** The interrupt line as it is now; every change was one. */
  const asserted = (): boolean => line.at(-1) ?? false;
  return { uart, read, write, sent, pending, line, asserted };
};

describe("the UART's line", () => {
  it("sends what is written and is empty again at once", () => {
    const { read, write, sent } = connect();
    for (const byte of [72, 105]) write(DATA, byte);
    expect(sent).toEqual([72, 105]);
    expect(read(LSR)).toBe(0x60);
  });

  it("hands over the host's bytes in order, and says when there is one", () => {
    const { read } = connect("ok");
    expect([read(LSR), read(DATA), read(LSR), read(DATA), read(LSR), read(DATA)]).toEqual([
      0x61, 111, 0x61, 107, 0x60, 0,
    ]);
  });

  it("loses nothing of the host's when the driver clears the FIFOs first", () => {
    const { read, write } = connect("a");
    write(FCR, 0x07);
    expect(read(DATA)).toBe(97);
  });

  it("is cut in loopback: the guest reads what it sends, the host's bytes wait", () => {
    const { read, write, sent } = connect("a");
    write(MCR, 0x10);
    expect(read(LSR)).toBe(0x60);
    write(DATA, 7);
    expect([read(DATA), sent]).toEqual([7, []]);
    write(MCR, 0);
    expect(read(DATA)).toBe(97);
  });

  it("forgets received bytes when the driver clears the receiver's FIFO", () => {
    const { read, write } = connect();
    write(FCR, 0x01);
    write(MCR, 0x10);
    write(DATA, 7);
    write(FCR, 0x03);
    expect(read(LSR)).toBe(0x60);
  });
});

describe("the UART's interrupt identification", () => {
  it("is 'none' after a reset, and shows the FIFOs when they are enabled", () => {
    const { read, write } = connect();
    expect(read(IIR)).toBe(0x01);
    write(FCR, 0x01);
    expect(read(IIR)).toBe(0xc1);
  });

  it("raises the transmitter's when it is enabled, clears it on read, and raises it again when enabled again", () => {
    const { read, write } = connect();
    write(IER, 0x02);
    expect([read(IIR), read(IIR)]).toEqual([0x02, 0x01]);
    write(IER, 0x02);
    expect(read(IIR)).toBe(0x02);
    write(DATA, 65);
    expect([read(IIR), read(IIR)]).toEqual([0x02, 0x01]);
  });

  it("puts received data before the empty transmitter, and line errors before both", () => {
    const { read, write } = connect();
    write(MCR, 0x10);
    write(IER, 0x07);
    write(DATA, 1);
    write(DATA, 2);
    expect(read(IIR)).toBe(0x06);
    expect(read(LSR)).toBe(0x63);
    expect(read(IIR)).toBe(0x04);
    expect(read(DATA)).toBe(2);
    expect([read(IIR), read(IIR)]).toEqual([0x02, 0x01]);
  });

  it("says 'time-out' for bytes below the trigger level", () => {
    const { read, write } = connect();
    write(FCR, 0x41);
    write(MCR, 0x10);
    write(IER, 0x01);
    for (const byte of [1, 2, 3]) write(DATA, byte);
    expect(read(IIR)).toBe(0xcc);
    write(DATA, 4);
    expect(read(IIR)).toBe(0xc4);
  });

  it("reports a change of the modem lines last, until the modem status is read", () => {
    const { read, write } = connect();
    write(IER, 0x08);
    write(MCR, 0x10);
    expect(read(IIR)).toBe(0x00);
    expect(read(MSR)).toBe(0x0b);
    expect([read(IIR), read(MSR)]).toEqual([0x01, 0x00]);
  });

  it("notes the end of a ring, not its beginning", () => {
    const { read, write } = connect();
    write(MCR, 0x10);
    read(MSR);
    write(MCR, 0x14);
    expect(read(MSR)).toBe(0x40);
    write(MCR, 0x10);
    expect(read(MSR)).toBe(0x04);
  });
});

describe("the UART's interrupt line", () => {
  it("is asserted while an enabled interrupt is pending, and OUT2 does not gate it", () => {
    const { read, write, line } = connect();
    write(IER, 0x02);
    expect(line).toEqual([true]);
    read(IIR);
    expect(line).toEqual([true, false]);
    write(DATA, 65);
    write(IER, 0x00);
    expect(line).toEqual([true, false, true, false]);
    write(MCR, 0x08);
    write(IER, 0x02);
    expect(line.at(-1)).toBe(true);
  });

  it("takes the host's next byte as soon as its interrupt is enabled and there is room", () => {
    const { read, write, asserted, pending } = connect("ab");
    expect([asserted(), pending.length]).toEqual([false, 2]);
    write(IER, 0x01);
    expect([asserted(), pending.length]).toEqual([true, 1]);
    expect([read(DATA), asserted()]).toEqual([97, true]);
    expect([read(DATA), asserted()]).toEqual([98, false]);
  });

  it("stays where it is while a byte waits, whatever else is read", () => {
    const { read, write, line } = connect("a");
    write(IER, 0x01);
    for (const register of [IIR, LSR, MSR, SCR, IER]) read(register);
    expect(line).toEqual([true]);
  });

  it("tells a guest that waits for an interrupt of a byte that comes later, and nobody else", () => {
    const { uart, write, asserted, pending } = connect();
    pending.push(97);
    uart.poll();
    expect([uart.awaitsByte, asserted(), pending.length]).toEqual([false, false, 1]);
    pending.pop();
    write(IER, 0x01);
    expect([uart.awaitsByte, asserted()]).toEqual([true, false]);
    pending.push(98);
    uart.poll();
    expect([uart.awaitsByte, asserted(), pending.length]).toEqual([false, true, 0]);
    pending.push(99);
    uart.poll();
    expect(pending.length).toBe(1);
  });

  it("does not ask the host in loopback", () => {
    const { uart, write, asserted, pending } = connect("a");
    write(MCR, 0x10);
    write(IER, 0x01);
    expect([uart.awaitsByte, asserted(), pending.length]).toEqual([false, false, 1]);
    write(MCR, 0x00);
    expect([asserted(), pending.length]).toEqual([true, 0]);
  });

  it("falls at a reset", () => {
    const { uart, write, line } = connect();
    write(IER, 0x02);
    uart.reset();
    expect(line).toEqual([true, false]);
  });
});

describe("the UART's other registers", () => {
  it("shows the divisor in place of data and interrupt enable while DLAB is set", () => {
    const { read, write, sent } = connect();
    write(IER, 0x05);
    write(LCR, 0x83);
    write(DATA, 0x0c);
    write(IER, 0x01);
    expect([read(DATA), read(IER), read(LCR)]).toEqual([0x0c, 0x01, 0x83]);
    write(LCR, 0x03);
    expect([read(IER), sent]).toEqual([0x05, []]);
  });

  it("has a partner that is always ready, and loops its own modem outputs back when asked", () => {
    const { read, write } = connect();
    expect(read(MSR)).toBe(0xb0);
    write(MCR, 0x1a);
    expect(read(MSR) & 0xf0).toBe(0x90);
    expect(read(MCR)).toBe(0x1a);
  });

  it("counts a byte too many as an overrun once, and keeps sixteen with FIFOs", () => {
    const { read, write } = connect();
    write(FCR, 0x01);
    write(MCR, 0x10);
    for (let byte = 0; byte < 17; byte++) write(DATA, byte);
    expect([read(LSR), read(LSR)]).toEqual([0x63, 0x61]);
    expect(Array.from({ length: 16 }, () => read(DATA))).toEqual(Array.from({ length: 16 }, (_, byte) => byte));
    expect(read(LSR)).toBe(0x60);
  });

  it("keeps the scratch register, and answers a word access with the register it starts at", () => {
    const { uart, read, write } = connect();
    write(SCR, 0xa5);
    expect(read(SCR)).toBe(0xa5);
    expect(uart.read(LCR + 1, 4)).toBe(0);
    expect(uart.read(8, 1)).toBe(-1);
    expect(uart.write(8, 1, 0)).toBe("fault");
  });
});
