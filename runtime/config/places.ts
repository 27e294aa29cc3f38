/** Remembers where in the file each list and mapping of a config was written. */

export interface Position {
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

export interface Place extends Position {
  /** `schedules.normal.slots[1].start`; "" for the whole. */
  readonly path: string;
}

export type Key = string | number;

/** One entry of a list or mapping: where its key stands (an item's key is its first character) and where its value. */
export interface EntryPosition {
  readonly key: Position;
  readonly value: Position;
}

interface Origin {
  readonly place: Place;
  /** By key as written, in order. */
  readonly entries: ReadonlyMap<Key, EntryPosition>;
}

export const TOP: Position = { line: 1, column: 1 };

export const joinPath = (path: string, key: Key): string =>
  typeof key === "number" ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;

/** Keyed by the identity of the objects and arrays of one config value. */
export class Places {
  readonly #origins = new WeakMap<object, Origin>();

  register(container: object, place: Place, entries: ReadonlyMap<Key, EntryPosition>): void {
    this.#origins.set(container, { place, entries });
  }

  /** Of the value under `key`, or of the container where that key was not written. */
  of(container: object, key?: Key): Place {
    const origin = this.#origins.get(container);
    if (origin === undefined) return { ...TOP, path: key === undefined ? "" : String(key) };
    if (key === undefined) return origin.place;
    return { ...(origin.entries.get(key)?.value ?? origin.place), path: joinPath(origin.place.path, key) };
  }

  /** Of the key itself, for what is wrong with the key and not with its value. */
  ofKey(container: object, key: Key): Place {
    return { ...this.of(container, key), ...this.#origins.get(container)?.entries.get(key)?.key };
  }

  /** The keys that the file has, also those taken out since. */
  writtenKeys(container: object): readonly string[] {
    return [...(this.#origins.get(container)?.entries.keys() ?? [])].map(String);
  }
}
