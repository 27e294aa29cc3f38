/** Pictures of what happened. `png.ts` stands apart: it loads a renderer that only those need who want PNG. */
export { type Chart, chartOf, type Trace } from "./chart.ts";
