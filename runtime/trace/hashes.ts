/** XXH64 as every hash of Partita is made: of frames, of states, of a recording's blocks (xxHash specification 0.1.1). */
import xxhash, { type XXHash } from "xxhash-wasm";

/** Bytes given to the WebAssembly side at once when much is hashed. */
const CHUNK_BYTES = 65536;

export interface Hasher {
  /** XXH64 of `bytes`, 0 … 2^64 − 1. */
  hash(bytes: Uint8Array, seed?: bigint): bigint;
  /** The same over bytes that come piece by piece; how they are cut does not change the hash. */
  stream(): HashStream;
}

export class HashStream {
  readonly #state: XXHash<bigint>;

  constructor(state: XXHash<bigint>) {
    this.#state = state;
  }

  /** Takes a copy of `bytes`. */
  add(bytes: Uint8Array): this {
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) this.#state.update(bytes.subarray(at, at + CHUNK_BYTES));
    return this;
  }

  digest(): bigint {
    return this.#state.digest();
  }
}

/** What keeps the process alive while it waits for its hashes; any number that is not reached will do. */
const LONG_MS = 1000;

export const createHasher = async (): Promise<Hasher> => {
  // Node 24 may end a process that waits for nothing but WebAssembly to be compiled while another thread compiles, too.
  const alive = setInterval(() => {}, LONG_MS);
  const api = await xxhash().finally(() => clearInterval(alive));
  return {
    hash: (bytes, seed) => api.h64Raw(bytes, seed),
    stream: () => new HashStream(api.create64()),
  };
};

/** As logs and files show a hash: 16 hexadecimal digits. */
export const formatHash = (hash: bigint): string => hash.toString(16).padStart(16, "0");

/** One hash a partition over all frames so far: equal exactly when every frame's hash was. */
export class RunningHashes {
  readonly values: BigUint64Array;
  readonly #hasher: Hasher;
  readonly #frame = new Uint8Array(8);
  readonly #frameView = new DataView(this.#frame.buffer);

  constructor(partitions: number, hasher: Hasher) {
    this.values = new BigUint64Array(partitions);
    this.#hasher = hasher;
  }

  /** `hashes[p]` is partition p's hash of the frame that just ended. */
  frameEnded(hashes: BigUint64Array): void {
    for (let p = 0; p < this.values.length; p++) {
      this.#frameView.setBigUint64(0, hashes[p]!, true);
      this.values[p] = this.#hasher.hash(this.#frame, this.values[p]!);
    }
  }
}
