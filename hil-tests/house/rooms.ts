/** Which room may import which (the architecture, as a table), and the check that holds sources against it. */
import type { Source } from "./sources.ts";

/** Top files of runtime/ that are words, not machinery: any room may use them. */
const VOCABULARY = [
  "units",
  "system",
  "mqtt-link",
  "sparkplug-node",
  "state",
  "problem",
  "image-manifest",
  "health-table",
  "json-bytes",
  "arithmetic",
  "text",
  "xml-text",
  "junit",
].map((name) => `runtime/${name}.ts`);

/** A room is the longest prefix here that fits a path; it may import itself, the vocabulary, and these. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(VOCABULARY.map((file) => [file, []])),
  "runtime/isa/": [],
  "runtime/hart/": ["runtime/isa/"],
  "runtime/translator/": ["runtime/isa/", "runtime/hart/"],
  "runtime/board/": ["runtime/isa/", "runtime/hart/", "runtime/translator/"],
  "runtime/trace/": [
    "runtime/isa/",
    "runtime/hart/",
    "runtime/hypervisor/commands.ts",
    "runtime/hypervisor/outside.ts",
    "runtime/hypervisor/point-cells.ts",
  ],
  "runtime/hypervisor/": ["runtime/isa/", "runtime/hart/", "runtime/translator/", "runtime/board/", "runtime/trace/"],
  "runtime/config/": [],
  "runtime/planning/": ["runtime/config/index.ts"],
  "runtime/host/": ["runtime/hart/", "runtime/translator/", "runtime/hypervisor/", "runtime/trace/", "runtime/board/"],
  "runtime/index.ts": ["runtime/"],
  "runtime/cli/": [
    "runtime/",
    "partitions/st/index.ts",
    "io-bridge/index.ts",
    "io-bridge/control/index.ts",
    "hil-tests/rig/campaign/index.ts",
    "hil-tests/rig/consolidation/index.ts",
  ],
  "partitions/st/": ["runtime/isa/"],
  "partitions/st/testing/": ["partitions/st/", "runtime/board/index.ts", "runtime/cli/program-run.ts"],
  "io-bridge/": ["runtime/index.ts"],
  "hil-tests/": [
    "runtime/index.ts",
    "partitions/st/index.ts",
    "io-bridge/index.ts",
    "io-bridge/modbus/registers.ts",
    "runtime/isa/index.ts",
    "runtime/hart/index.ts",
    "runtime/translator/index.ts",
    "runtime/board/index.ts",
    "runtime/hypervisor/index.ts",
    "runtime/trace/index.ts",
    "runtime/config/index.ts",
  ],
};

/** The core would run in a browser: nothing of Node here. */
const CORE = [
  "runtime/isa/",
  "runtime/hart/",
  "runtime/translator/",
  "runtime/board/",
  "runtime/hypervisor/",
  "partitions/st/",
];

/** Rooms that may open sockets. */
const SOCKETS = /^(node:)?(net|tls|dgram|http|https)$|^(modbus-serial|serialport|mqtt|aedes)$/;
const MAY_OPEN_SOCKETS = ["io-bridge/", "hil-tests/field-devices/"];

const WALL_TIME = /\b(Date\.now|performance\.now|process\.hrtime)\b|\bnew Date\(\s*\)/;
const THE_CLOCK = "runtime/host/clock.ts";

const roomOf = (path: string): string | undefined =>
  Object.keys(MAY_IMPORT)
    .filter((room) => path.startsWith(room))
    .sort((a, b) => b.length - a.length)[0];

/** One line for each thing that is against the rules of the house; tests are free to look anywhere. */
export const breaches = (sources: readonly Source[]): readonly string[] =>
  sources
    .filter(({ path }) => !path.endsWith(".test.ts"))
    .flatMap((source) => [...importBreaches(source), ...hostBreaches(source)]);

const importBreaches = ({ path, imports }: Source): string[] => {
  const room = roomOf(path);
  if (room === undefined) return [`${path} belongs to no room`];
  const allowed = [room, ...VOCABULARY, ...(MAY_IMPORT[room] ?? [])];
  return imports
    .filter((target) => !allowed.some((prefix) => target.startsWith(prefix)))
    .map((target) => `${path} imports ${target}, which ${room} may not`);
};

const hostBreaches = ({ path, modules, text }: Source): string[] => {
  const found: string[] = [];
  const node = modules.find((name) => name.startsWith("node:"));
  if (node !== undefined && CORE.some((room) => path.startsWith(room)))
    found.push(`${path} imports ${node} in the core`);
  const socket = modules.find((name) => SOCKETS.test(name));
  if (socket !== undefined && !MAY_OPEN_SOCKETS.some((room) => path.startsWith(room))) {
    found.push(`${path} imports ${socket}: only io-bridge and the simulated field devices open sockets`);
  }
  if (path !== THE_CLOCK && WALL_TIME.test(text)) found.push(`${path} reads the host's time; take a Clock instead`);
  return found;
};
