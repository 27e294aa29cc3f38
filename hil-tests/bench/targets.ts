/** What a figure is meant to be, and whether it is. */
import { figure } from "./table.ts";

export interface Target {
  readonly what: string;
  readonly unit: string;
  readonly least?: number;
  readonly most?: number;
}

/** One line: the figure, its target, and whether it is met. */
export const verdict = ({ what, unit, least, most }: Target, value: number | null | undefined): string => {
  const bound = least === undefined ? `at most ${most} ${unit}` : `at least ${least} ${unit}`;
  if (value === null || value === undefined) return `Target ${what}, ${bound}: not measured.`;
  const isMet = (least === undefined || value >= least) && (most === undefined || value <= most);
  return `Target ${what}, ${bound}: ${figure(value, unit)}, ${isMet ? "met" : "MISSED"}.`;
};
