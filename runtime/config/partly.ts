/** A config as far as it could be understood. The type checker makes every reader say what it does with what could not be. */

/**
 * `null` stands where something is written, or missing, that cannot be used and has been reported already. A mapping with
 * given keys is always there, and all null when it was no mapping; so is the one item of what was no list.
 */
export type Partly<Config> = Config extends readonly (infer Item)[]
  ? readonly Partly<Item>[]
  : Config extends object
    ? string extends keyof Config
      ? { readonly [Name in keyof Config]: Partly<Config[Name]> } | null
      : { readonly [Key in keyof Config]: Partly<Config[Key]> }
    : Config extends undefined
      ? Config
      : Config | null;

/** `server scada`; `a server` when its name is unusable. */
export const named = (kind: string, name: string | null): string => (name === null ? `a ${kind}` : `${kind} ${name}`);
