/** How a model's state is brought back: by a function and not by a format, for it never leaves the process. */

/** Brings back what was noted when this was made, as often as it is called. */
export type Restore = () => void;

/** Of an object's own public fields; what they refer to is not looked into. */
export const fieldsOf = (model: object): Restore => {
  const fields = { ...model };
  return () => void Object.assign(model, fields);
};

export const allOf =
  (parts: readonly Restore[]): Restore =>
  () => {
    for (const restore of parts) restore();
  };
