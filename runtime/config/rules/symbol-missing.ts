/** An image's points are variables of it, found by their symbols. */
import type { LoadedImage } from "../images.ts";
import { didYouMean } from "../suggestion.ts";
import type { Rule } from "./rule.ts";

export const symbolMissing: Rule = {
  code: "symbol-missing",
  description: "The symbol of a point is one of the image's.",
  *check({ partitions, places }) {
    for (const { config, image } of partitions.values()) {
      if (image === null) continue;
      const { symbols } = image.facts;
      for (const point of Object.values(config.points ?? {})) {
        if (point.symbol == null || symbols.has(point.symbol)) continue;
        yield {
          at: places.of(point, "symbol"),
          message: `${image.path} has no symbol "${point.symbol}"`,
          hint: didYouMean(point.symbol, variablesOf(image), "variables", MOST_SHOWN),
        };
      }
    }
  },
};

const MOST_SHOWN = 6;

/** The guest's own: C keeps names with two underscores in front for compiler and libraries (C17 §7.1.3). */
const variablesOf = ({ facts }: LoadedImage): readonly string[] =>
  [...facts.symbols].flatMap(([name, { kind }]) =>
    kind === "object" && /^(?!__)[A-Za-z_]\w*$/.test(name) ? [name] : [],
  );
