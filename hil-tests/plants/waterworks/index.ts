/** The waterworks' plant model: what the four guests control. */
export { Waterworks, type WaterworksOptions } from "./waterworks.ts";
