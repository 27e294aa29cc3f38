/** Which addresses clients may connect from, and whether they may write: those of the config, and of a file that may change. */
import { readFile } from "node:fs/promises";
import { BlockList, isIP } from "node:net";
import { type AllowedNetwork, parseNetwork } from "../runtime/index.ts";
import type { Access } from "./modbus/server/rights.ts";

/** IPv4 clients of a server that listens on an IPv6 address. */
const MAPPED = "::ffff:";

export class AllowList {
  readonly #networks: readonly { readonly members: BlockList; readonly access: Access }[] | null;

  /** @param networks null: everybody may connect, and write. */
  constructor(networks: readonly AllowedNetwork[] | null) {
    this.#networks =
      networks &&
      [...networks]
        .sort((a, b) => b.prefix - a.prefix)
        .map(({ address, prefix, access }) => {
          const members = new BlockList();
          members.addSubnet(address, prefix, isIP(address) === 4 ? "ipv4" : "ipv6");
          return { members, access };
        });
  }

  /** @returns null when nobody may connect from there; of several networks the smallest counts. */
  accessOf(address: string): Access | null {
    if (this.#networks === null) return "write";
    const plain = address.startsWith(MAPPED) ? address.slice(MAPPED.length) : address;
    const family = isIP(plain) === 4 ? "ipv4" : "ipv6";
    return this.#networks.find(({ members }) => members.check(plain, family))?.access ?? null;
  }
}

/**
 * The list of the config and the file together.
 * @throws when the file cannot be read, or a line of it.
 */
export const readAllowList = async (
  networks: readonly AllowedNetwork[] | null,
  file: string | null,
): Promise<AllowList> => {
  if (file === null) return new AllowList(networks);
  return new AllowList([...(networks ?? []), ...networksIn(await readFile(file, "utf8"))]);
};

/** Lines such as `10.1.0.0/16 read`; without a word for it both is allowed; # begins a comment. */
const networksIn = (text: string): readonly AllowedNetwork[] =>
  text.split("\n").flatMap((line, index) => {
    const [written, access = "write", ...more] = line.replace(/#.*/, "").split(/\s+/).filter(Boolean);
    if (written === undefined) return [];
    const network = parseNetwork(written);
    if (network === null || (access !== "read" && access !== "write") || more.length > 0) {
      throw new Error(`line ${index + 1} is not "network", "network read" or "network write": ${line.trim()}`);
    }
    return [{ ...network, access }];
  });
