/** A part of a long list, spread evenly over it, and its last item. */
export interface Thinned<T> {
  readonly kept: readonly T[];
  /** Of so many items one is kept. */
  readonly every: number;
  readonly seen: number;
  readonly last: T | undefined;
}

/** No item yet. */
export const NONE: Thinned<never> = { kept: [], every: 1, seen: 0, last: undefined };

/** The list with one more item: where more than `most` would be kept, every second of them is let go. */
export const thinnedWith = <T>({ kept, every, seen }: Thinned<T>, item: T, most: number): Thinned<T> => {
  const counted = { seen: seen + 1, last: item };
  if (seen % every !== 0) return { kept, every, ...counted };
  if (kept.length < most) return { kept: [...kept, item], every, ...counted };
  const halved = kept.filter((_, index) => index % 2 === 0);
  return seen % (2 * every) === 0
    ? { kept: [...halved, item], every: 2 * every, ...counted }
    : { kept: halved, every: 2 * every, ...counted };
};

/** The items, the last one included. */
export const itemsOf = <T>({ kept, last }: Thinned<T>): readonly T[] =>
  last === undefined || kept.at(-1) === last ? kept : [...kept, last];
