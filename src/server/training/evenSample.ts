/** Every n-th item of a long list, and its last item. */
export interface EvenSample<T> {
  readonly kept: readonly T[];
  /** n: one of n items is kept. */
  readonly every: number;
  readonly seen: number;
  readonly last: T | undefined;
}

/** A sample without items. */
export const NO_ITEMS: EvenSample<never> = { kept: [], every: 1, seen: 0, last: undefined };

/** Adds an item. If more than `most` items would be kept, n doubles and every second kept item is dropped. */
export const withItem = <T>({ kept, every, seen }: EvenSample<T>, item: T, most: number): EvenSample<T> => {
  const counted = { seen: seen + 1, last: item };
  if (seen % every !== 0) return { kept, every, ...counted };
  if (kept.length < most) return { kept: [...kept, item], every, ...counted };
  const halved = kept.filter((_, index) => index % 2 === 0);
  return seen % (2 * every) === 0
    ? { kept: [...halved, item], every: 2 * every, ...counted }
    : { kept: halved, every: 2 * every, ...counted };
};

/** The kept items, and the last item. */
export const itemsOf = <T>({ kept, last }: EvenSample<T>): readonly T[] =>
  last === undefined || kept.at(-1) === last ? kept : [...kept, last];
