/** The engines behind their names in a config: the one place that chooses. */
import { type EngineFactory, interpret } from "../hart/index.ts";
import type { EngineKind, Partition } from "../system.ts";
import { translate } from "../translator/index.ts";
import { compiler } from "./worker-compiler.ts";

/** The interpreter needs about as long for so many as a change between it and translated code takes. */
const WORTHWHILE_CYCLES = 20;

const FACTORIES: Readonly<Record<EngineKind, EngineFactory>> = {
  translator: translate(compiler, { worthwhileCycles: WORTHWHILE_CYCLES }),
  interpreter: interpret,
};

/** To be called early where guests are to run soon. */
export const engineFactory = (kind: EngineKind): EngineFactory => {
  if (kind === "translator") compiler.prepare();
  return FACTORIES[kind];
};

/** As a module's config says. */
export const engineOf = ({ engine }: Partition): EngineFactory => engineFactory(engine);
