/** The latch copies between a partition's RAM and its points; whatever an image says of itself, it reaches nothing else. */
import type { Rule } from "./rule.ts";

const RAM = 0x8000_0000;

export const pointOutsideMemory: Rule = {
  code: "point-outside-memory",
  description: "Points and areas of an image lie in the partition's memory.",
  *check({ partitions, places }) {
    for (const { config, image, memoryBytes, points } of partitions.values()) {
      if (image === null || memoryBytes === null) continue;
      const isInside = (base: number, bytes: number): boolean => base >= RAM && base + bytes <= RAM + memoryBytes;
      const itself = places.of(config, config.program === undefined ? "image" : "program");
      for (const { name, bytes, address, config: declared } of points.values()) {
        const { symbol } = declared ?? {};
        if (address === null || bytes === null || isInside(address, bytes)) continue;
        const at = declared === null || symbol === undefined ? itself : places.of(declared, "symbol");
        const message = `${symbol ?? name} is at 0x${address.toString(16)}, outside the partition's memory`;
        yield { at, message, hint: "a point is a variable in RAM, which starts at 0x80000000" };
      }
      for (const [name, area] of Object.entries(image.facts.manifest?.areas ?? {})) {
        if (area === null || isInside(area.base, area.bytes)) continue;
        const message = `the ${name} area of ${image.path} lies outside the partition's memory`;
        yield { at: itself, message, hint: "compile the program again" };
      }
    }
  },
};
