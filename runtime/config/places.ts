/** Remembers where in the file each list and mapping of a config was written, and what was left out of it as unusable. */

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
  /** By key as written, in order; for a list, by the index that the item now has. */
  entries: Map<Key, EntryPosition & { readonly path: string }>;
  lost: boolean;
}

export const TOP: Position = { line: 1, column: 1 };

export const joinPath = (path: string, key: Key): string =>
  typeof key === "number" ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;

/** Keyed by the identity of the objects and arrays of one config value. */
export class Places {
  readonly #origins = new WeakMap<object, Origin>();

  register(container: object, place: Place, entries: ReadonlyMap<Key, EntryPosition>): void {
    const withPaths = [...entries].map(([key, entry]) => [key, { ...entry, path: joinPath(place.path, key) }] as const);
    this.#origins.set(container, { place, entries: new Map(withPaths), lost: false });
  }

  /** Of the value under `key`, or of the container where that key was not written. */
  of(container: object, key?: Key): Place {
    const origin = this.#origins.get(container);
    if (origin === undefined) return { ...TOP, path: key === undefined ? "" : String(key) };
    if (key === undefined) return origin.place;
    const entry = origin.entries.get(key);
    if (entry === undefined) return { ...origin.place, path: joinPath(origin.place.path, key) };
    return { ...entry.value, path: entry.path };
  }

  /** Of the key itself, for what is wrong with the key and not with its value. */
  ofKey(container: object, key: Key): Place {
    const entry = this.#origins.get(container)?.entries.get(key);
    return entry === undefined ? this.of(container, key) : { ...entry.key, path: entry.path };
  }

  /** The keys that the file has, also those left out since. */
  writtenKeys(container: object): readonly string[] {
    return [...(this.#origins.get(container)?.entries.keys() ?? [])].map(String);
  }

  /** Whether nothing that was written in the container has been left out. */
  isWhole(container: object): boolean {
    return !(this.#origins.get(container)?.lost ?? true);
  }

  /** Takes an entry out of its container, whose other entries keep their places. */
  leaveOut(container: object, key: Key): void {
    const origin = this.#origins.get(container);
    if (origin !== undefined) origin.lost = true;
    if (!Array.isArray(container)) {
      Reflect.deleteProperty(container, key);
      return;
    }
    container.splice(Number(key), 1);
    if (origin === undefined) return;
    const items = [...origin.entries.values()];
    items.splice(Number(key), 1);
    origin.entries = new Map(items.entries());
  }
}
