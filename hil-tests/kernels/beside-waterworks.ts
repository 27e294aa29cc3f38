/** The waterworks with Linux as a fifth partition: the config file that ships, and the lines that a user would add to it. */
import { readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { MODULE } from "../waterworks-bench.ts";

/** The time that the controllers leave at the end of each 20 ms; last in the table, it leaves their slots as they are. */
const SLOT = "      - { partition: linux, start: 15 ms, duration: 5 ms }";

const partition = (image: string, bootArguments: string): string => `  linux:
    image: ${image}
    memory: 16 MiB
    bootArguments: ${bootArguments}
`;

/** Writes the config to `path`. @throws when the waterworks' config does not have the places where these lines belong. */
export const writeWaterworksWithLinux = (path: string, image: string, bootArguments: string): void => {
  const text = readFileSync(MODULE, "utf8")
    .replace("module: waterworks\n", "module: waterworks-linux\n")
    .replaceAll(": ../", `: ${dirname(dirname(MODULE))}/`);
  const withPartition = insertAfter(
    text,
    /\n {4}ports:\n {6}events: \{ direction: destination \}\n/,
    partition(image, bootArguments),
  );
  writeFileSync(path, insertAfter(withPartition, /\n {6}- \{ partition: boost, .*\n/, `${SLOT}\n`));
};

const insertAfter = (text: string, place: RegExp, addition: string): string => {
  const found = place.exec(text);
  if (found === null) throw new Error(`the waterworks' config has no ${place}`);
  const at = found.index + found[0].length;
  return text.slice(0, at) + addition + text.slice(at);
};
