/** Arithmetic of whole numbers that several rooms need: times that repeat meet again at common multiples. */

/** Of whole numbers, not negative; of 0 and another the other. */
export const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));

/** Of whole numbers above 0; exact as far as it is a safe integer. */
export const leastCommonMultiple = (a: number, b: number): number => (a / greatestCommonDivisor(a, b)) * b;
