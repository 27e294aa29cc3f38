/** What stimuli play. */
export { type CsvOptions, csv } from "./csv.ts";
export {
  hold,
  type Interpolation,
  type Noise,
  noise,
  type Pulse,
  pulse,
  ramp,
  type Sample,
  type Saw,
  type Sine,
  samples,
  saw,
  sine,
  step,
} from "./segments.ts";
export { loop, type Segment, type Signal, signalOf } from "./signal.ts";
