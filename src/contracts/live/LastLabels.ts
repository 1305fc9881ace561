/** The headline of a label. */
export interface LabelledHeadline {
  readonly title: string;
  /** Its id in its source, if the label has one. */
  readonly guid?: string | undefined;
}

const keyOf = ({ title, guid }: LabelledHeadline): string => JSON.stringify([title, guid ?? null]);

/**
 * The last label of each headline, in the order in which the labels were given. A label corrects an earlier label of
 * the same headline: one with the same title and the same id. A label without an id is about every headline with its
 * title.
 *
 * Holds one value for each headline.
 */
export class LastLabels<T> {
  readonly #values = new Map<string, { readonly headline: LabelledHeadline; readonly value: T }>();
  /** The keys of a title's labels. */
  readonly #keys = new Map<string, Set<string>>();

  get size(): number {
    return this.#values.size;
  }

  /** The values, the oldest first. */
  *values(): Generator<T> {
    for (const { value } of this.#values.values()) yield value;
  }

  /** Adds a label. @returns the values of the labels that it corrects */
  add(headline: LabelledHeadline, value: T): readonly T[] {
    const before = this.correct(headline);
    const { title } = headline;
    const key = keyOf(headline);
    this.#values.set(key, { headline, value });
    const keys = this.#keys.get(title);
    if (keys === undefined) this.#keys.set(title, new Set([key]));
    else keys.add(key);
    return before;
  }

  /** Removes the labels that a later label of a headline corrects. @returns their values */
  correct({ title, guid }: LabelledHeadline): readonly T[] {
    const keys = guid === undefined ? [...(this.#keys.get(title) ?? [])] : [keyOf({ title, guid }), keyOf({ title })];
    return keys.flatMap((key) => this.#remove(key));
  }

  /** Removes the oldest label. @returns its value; none if there are no labels */
  shift(): readonly T[] {
    const [oldest] = this.#values.keys();
    return oldest === undefined ? [] : this.#remove(oldest);
  }

  #remove(key: string): readonly T[] {
    const found = this.#values.get(key);
    if (found === undefined) return [];
    const { title } = found.headline;
    this.#values.delete(key);
    const keys = this.#keys.get(title);
    keys?.delete(key);
    if (keys?.size === 0) this.#keys.delete(title);
    return [found.value];
  }
}
