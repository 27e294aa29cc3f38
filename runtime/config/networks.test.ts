import { describe, expect, it } from "vitest";
import { isLoopback, parseNetwork } from "./networks.ts";

describe("a network", () => {
  it.each([
    ["10.1.2.3", "10.1.2.3", 32],
    ["10.1.0.0/16", "10.1.0.0", 16],
    ["0.0.0.0/0", "0.0.0.0", 0],
    ["fd00::/8", "fd00::", 8],
    ["::1", "::1", 128],
    ["::ffff:10.0.0.1", "::ffff:10.0.0.1", 128],
  ])("%s is %s and the first %i bits", (text, address, prefix) => {
    expect(parseNetwork(text)).toEqual({ address, prefix });
  });

  it.each([
    "",
    "10.1.2",
    "10.1.2.256",
    "10.1.2.3/33",
    "10.1.2.3/",
    "fd00::/129",
    "fe80::1%eth0",
    "scada.example",
    "1::2::3",
  ])("%j is none", (text) => {
    expect(parseNetwork(text)).toBeNull();
  });
});

it("loopback is what only this machine reaches", () => {
  expect(["127.0.0.1", "127.9.9.9", "::1", "localhost"].every(isLoopback)).toBe(true);
  expect(["0.0.0.0", "::", "10.0.0.1", "127.0.0.1.example.com"].some(isLoopback)).toBe(false);
});
