/** PARTITA_READ and PARTITA_WRITE, as partitions/sdk/partita.h has them, for the compiler's own library: users have its functions. */
import { coerce } from "./convert.ts";
import { intrinsic, type Standard } from "./standard-function.ts";
import { DWORD, UDINT } from "./types.ts";

export const DEVICE_FUNCTIONS: ReadonlyMap<string, Standard> = new Map<string, Standard>([
  [
    "PARTITA_READ",
    {
      parameters: ["REGISTER"],
      atMost: 1,
      check: (scope, [register], call) =>
        intrinsic("deviceRead", UDINT, call, [coerce(scope, register!.value, UDINT, register!.at)]),
    },
  ],
  [
    "PARTITA_WRITE",
    {
      parameters: ["REGISTER", "VALUE"],
      atMost: 2,
      check: (scope, [register, value], call) =>
        intrinsic("deviceWrite", DWORD, call, [
          coerce(scope, register!.value, UDINT, register!.at),
          coerce(scope, value!.value, DWORD, value!.at),
        ]),
    },
  ],
]);
