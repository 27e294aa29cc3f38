/** Numbers with what they count, for a person. */

/** `1 command`, `2 commands`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;
