import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { requirePeers } from "../../hil-tests/peers.ts";
import { buildProgram, PROGRAM_PEERS } from "../../hil-tests/programs.ts";
import { parseImage } from "../board/index.ts";
import { listing } from "./disasm.ts";

const OBJDUMP = "riscv64-unknown-elf-objdump";
const peers = requirePeers(...PROGRAM_PEERS, OBJDUMP);
const directory = mkdtempSync(join(tmpdir(), "partita-disasm-"));
afterAll(() => rmSync(directory, { recursive: true }));

const listed = (file: Uint8Array): string => {
  const image = parseImage(file);
  if ("problem" in image) throw new Error(image.problem);
  return [...listing(image)].join("");
};

/** address, word and mnemonic of every instruction; label lines as [address, name]. */
const linesOf = (text: string): string[] => {
  const lines = text.matchAll(/^([0-9a-f]{8}):?\s+(?:<(\S+)>:$|([0-9a-f]{4,8})\s+(\S+))/gm);
  return [...lines].map(([, address, name, word, mnemonic]) => [address, name ?? word, mnemonic ?? ""].join(" "));
};

describe.skipIf(peers.missing)("the listing of a C program", () => {
  it.each(["computing", "echo"])("has the labels, words and mnemonics that objdump shows: %s", (name) => {
    const path = buildProgram(name, directory);
    const objdump = execFileSync(OBJDUMP, ["-d", "-M", "no-aliases", path], { encoding: "utf8" });
    const text = listed(readFileSync(path));
    const wanted = linesOf(objdump);
    expect(wanted.length).toBeGreaterThan(100);
    expect(linesOf(text)).toEqual(wanted);
  });

  it("says where calls go, and lists variables with their sizes", () => {
    const text = listed(readFileSync(buildProgram("computing", directory)));
    expect(text).toMatch(/jal (?:ra,)?0x8[0-9a-f]{7} <print>/);
    expect(text).toMatch(/^section \.bss at 8[0-9a-f]{7}\n(.*\n)*8[0-9a-f]{7} <counter\.\d+>: 4 bytes$/m);
  });
});

it("lists a flat binary from the start of RAM, down to its last odd byte", () => {
  expect(listed(Uint8Array.of(0x73, 0, 0x50, 0x10, 1, 0, 0x13))).toBe(
    "\nsection (flat) at 80000000\n" +
      "80000000:  10500073  wfi\n" +
      "80000004:  0001      c.nop\n" +
      "80000006:  13        .1byte 0x13\n",
  );
});
