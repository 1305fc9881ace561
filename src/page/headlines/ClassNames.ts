/** The maximum number of names of other models' classes. */
const MOST = 1000;

/** The name for classes beyond that number. */
const FURTHER = 'another class';

/**
 * The names of classes that headlines on the page have: first the classes of the model in use, in its order, then those
 * of other models, in the order of their first headlines. An earlier model or a canary may have other classes.
 */
export class ClassNames {
  readonly #names: string[];
  readonly #indices: Map<string, number>;
  readonly #limit: number;

  /** @param classes the classes of the model in use */
  constructor(classes: readonly string[]) {
    this.#names = [...classes];
    this.#indices = new Map(classes.map((name, index) => [name, index]));
    this.#limit = classes.length + MOST;
  }

  /** All names so far. The array grows when a headline has another class. */
  get all(): readonly string[] {
    return this.#names;
  }

  /** The index of a class; a class that is not known yet is added. */
  indexOf(name: string): number {
    const known = this.#indices.get(name);
    if (known !== undefined) return known;
    const added = this.#names.length < this.#limit ? name : FURTHER;
    const index = this.#indices.get(added) ?? this.#names.push(added) - 1;
    this.#indices.set(added, index);
    return index;
  }
}
