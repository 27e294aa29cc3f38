import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { AllowList, readAllowList } from "./allow-list.ts";

const folder = mkdtempSync(join(tmpdir(), "partita-allow-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (text: string): string => {
  const path = join(folder, "list");
  writeFileSync(path, text);
  return path;
};

describe("an allow-list", () => {
  test("lets in who is on it, with the access of the smallest network", () => {
    const list = new AllowList([
      { address: "10.1.0.0", prefix: 16, access: "read" },
      { address: "10.1.2.3", prefix: 32, access: "write" },
      { address: "fd00::", prefix: 8, access: "write" },
    ]);
    const addresses = ["10.1.9.9", "10.1.2.3", "::ffff:10.1.2.3", "10.2.0.1", "fd12::1", "fe80::1", ""];
    expect(addresses.map((address) => list.accessOf(address))).toEqual([
      ...["read", "write", "write", null, "write", null, null],
    ]);
  });

  test("that is none lets everybody in", () => {
    expect(new AllowList(null).accessOf("192.0.2.1")).toBe("write");
  });

  test("takes more from a file, with comments", async () => {
    const path = file("# the plant\n10.1.0.0/16 read # operators\n\nfd00::/8\t write\n192.0.2.7\n");
    const list = await readAllowList([{ address: "127.0.0.1", prefix: 32, access: "read" }], path);
    const addresses = ["10.1.0.1", "fd00::1", "192.0.2.7", "127.0.0.1", "192.0.2.8"];
    expect(addresses.map((address) => list.accessOf(address))).toEqual(["read", "write", "write", "read", null]);
  });

  test.each(["10.1.0.0/33", "10.1.0.0/16 reed", "10.1.0.0/16 read write", "scada"])(
    "refuses the line %j",
    async (line) => {
      await expect(readAllowList(null, file(`10.0.0.1\n${line}\n`))).rejects.toThrow(`line 2 is not "network"`);
    },
  );
});
