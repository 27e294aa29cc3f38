/** SVG pictures as PNG, for reports and chats that show nothing else. */
import { createRequire } from "node:module";
import { Resvg } from "@resvg/resvg-js";

const require = createRequire(import.meta.url);

/** The text's font comes along: no machine is asked for one, and the picture is the same on all of them. */
const FONT = require.resolve("dejavu-fonts-ttf/ttf/DejaVuSans.ttf");

/** @param svg as `chartOf` makes it; twice as many dots to each side, for sharp text. */
export const asPng = (svg: string): Uint8Array =>
  new Resvg(svg, {
    fitTo: { mode: "zoom", value: 2 },
    font: { loadSystemFonts: false, fontFiles: [FONT], defaultFontFamily: "DejaVu Sans" },
  })
    .render()
    .asPng();
