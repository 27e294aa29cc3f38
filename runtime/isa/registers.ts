/** The registers by their ABI names. RISC-V ELF psABI §1. */

const numbered = <Name extends string>(names: readonly Name[]): Readonly<Record<Name, number>> =>
  Object.fromEntries(names.map((name, number) => [name, number])) as Record<Name, number>;

export const X_NAMES = [
  ...(["zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1"] as const),
  ...(["a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7"] as const),
  ...(["s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6"] as const),
] as const;

export const F_NAMES = [
  ...(["ft0", "ft1", "ft2", "ft3", "ft4", "ft5", "ft6", "ft7", "fs0", "fs1"] as const),
  ...(["fa0", "fa1", "fa2", "fa3", "fa4", "fa5", "fa6", "fa7"] as const),
  ...(["fs2", "fs3", "fs4", "fs5", "fs6", "fs7", "fs8", "fs9", "fs10", "fs11"] as const),
  ...(["ft8", "ft9", "ft10", "ft11"] as const),
] as const;

/** `X.a0` is 10. */
export const X = numbered(X_NAMES);
/** `F.fa0` is 10. */
export const F = numbered(F_NAMES);
