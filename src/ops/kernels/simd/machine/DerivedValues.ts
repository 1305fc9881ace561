import type { KernelMemory } from './KernelMemory.js';

interface Source {
  readonly id: object;
  readonly version: number;
}

interface Entry {
  readonly block: number;
  readonly sources: readonly Source[];
}

/** What a derived value is called: a word, or a number, which is found faster than a word that has to be made first. */
export type DerivedName = string | number;

/**
 * What kernels compute from weights and need again as long as these stay the same: weights in the order in which
 * products read them, embeddings already multiplied by input weights.
 *
 * An entry belongs to the tensors that it was computed from, and is thrown away with the first of them or when one is
 * written into.
 */
export class DerivedValues {
  readonly #memory: KernelMemory;
  readonly #versions = new WeakMap<object, number>();
  readonly #entries = new WeakMap<object, Map<DerivedName, Entry>>();

  constructor(memory: KernelMemory) {
    this.#memory = memory;
  }

  /** How often a tensor was written into. */
  versionOf(id: object): number {
    return this.#versions.get(id) ?? 0;
  }

  /**
   * The block that was computed under this name from these tensors as they are now, or else a new one.
   *
   * @param name says what is computed, and tells shapes apart where it depends on them: a tensor and a reshape of it
   *   are one source
   * @param sources what it is computed from, the tensor that it is kept with first
   * @param build fills a new block; asked for only where there is none
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

  /** The block that was computed under this name from these tensors as they are now, where there is one. */
  find(name: DerivedName, sources: readonly [object, ...object[]]): number | undefined {
    const entry = this.#entries.get(sources[0])?.get(name);
    return entry?.sources.every(({ id, version }, i) => id === sources[i] && version === this.versionOf(id)) === true
      ? entry.block
      : undefined;
  }

  /** A tensor was written into. */
  changed(id: object): void {
    this.#versions.set(id, this.versionOf(id) + 1);
    this.drop(id);
  }

  /** A tensor is no more. */
  drop(id: object): void {
    const entries = this.#entries.get(id);
    if (entries === undefined) return;
    this.#entries.delete(id);
    for (const { block } of entries.values()) this.#memory.free(block);
  }
}
