import type { KernelMemory } from './KernelMemory.js';

interface Source {
  readonly id: object;
  readonly version: number;
}

interface Entry {
  readonly block: number;
  readonly sources: readonly Source[];
}

/** The name of a derived value: a string, or a number, which is faster than a string that must be built first. */
export type DerivedName = string | number;

/**
 * A cache of values that kernels compute from weights and need again while the weights do not change: weights in the
 * order in which products read them, and embeddings multiplied by input weights.
 *
 * An entry belongs to its source tensors. It is freed when the first source is disposed of or written, and replaced
 * when another source has been written.
 */
export class DerivedValues {
  readonly #memory: KernelMemory;
  readonly #versions = new WeakMap<object, number>();
  readonly #entries = new WeakMap<object, Map<DerivedName, Entry>>();

  constructor(memory: KernelMemory) {
    this.#memory = memory;
  }

  /** How many times a tensor was written. */
  versionOf(id: object): number {
    return this.#versions.get(id) ?? 0;
  }

  /**
   * The block with this name for the current values of these tensors, or else a new one.
   *
   * @param name identifies the computed value. It must include the shape if the value depends on it, since a tensor and
   *   its reshape are the same source
   * @param sources the source tensors; the entry is stored with the first
   * @param build fills a new block; called only if there is no valid entry
   */
  get(
    name: DerivedName,
    sources: readonly [object, ...object[]],
    bytes: number,
    build: (block: number) => void,
  ): number {
    const known = this.find(name, sources);
    if (known !== undefined) return known;
    const [first] = sources;
    const block = this.#memory.allocate(bytes);
    build(block);
    let entries = this.#entries.get(first);
    if (entries === undefined) this.#entries.set(first, (entries = new Map<DerivedName, Entry>()));
    const old = entries.get(name);
    if (old !== undefined) this.#memory.free(old.block);
    entries.set(name, { block, sources: sources.map((id) => ({ id, version: this.versionOf(id) })) });
    return block;
  }

  /** The block with this name for the current values of these tensors, or undefined. */
  find(name: DerivedName, sources: readonly [object, ...object[]]): number | undefined {
    const entry = this.#entries.get(sources[0])?.get(name);
    return entry?.sources.every(({ id, version }, i) => id === sources[i] && version === this.versionOf(id)) === true
      ? entry.block
      : undefined;
  }

  /** Must be called when a tensor was written. */
  changed(id: object): void {
    this.#versions.set(id, this.versionOf(id) + 1);
    this.drop(id);
  }

  /** Must be called when a tensor was disposed of. */
  drop(id: object): void {
    const entries = this.#entries.get(id);
    if (entries === undefined) return;
    this.#entries.delete(id);
    for (const { block } of entries.values()) this.#memory.free(block);
  }
}
