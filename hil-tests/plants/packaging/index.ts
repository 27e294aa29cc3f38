/** The packaging line's plant model: what the partitions of configs/packaging.yaml control. */
export { PackagingLine } from "./line.ts";
