/** Virtual time as tests write and read it: "10 s" in, "1 min 12.340 s" out. */

const MILLISECONDS = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 } as const;

export type Duration = `${number} ${keyof typeof MILLISECONDS}`;

export const toMilliseconds = (duration: Duration): number => {
  const [amount, unit] = duration.split(" ");
  const milliseconds = Number(amount) * MILLISECONDS[unit as keyof typeof MILLISECONDS];
  if (!(milliseconds >= 0)) throw new RangeError(`"${duration}" is no duration; write 500 ms, 10 s, 5 min or 1 h`);
  return milliseconds;
};

/** Moments closer than this are the same one: times are sums of frames, which are not exact; s. */
export const HAIR = 1e-9;

export const toSeconds = (duration: Duration): number => toMilliseconds(duration) / 1000;

export const formatTime = (seconds: number): string => {
  const minutes = Math.floor(seconds / 60);
  const rest = `${(seconds - minutes * 60).toFixed(3)} s`;
  return minutes === 0 ? rest : `${minutes} min ${rest}`;
};
