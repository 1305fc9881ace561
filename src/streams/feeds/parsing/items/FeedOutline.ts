/** The values of the entities that a feed declares, by their names; undefined for a value that is in another file. */
export type DeclaredEntities = ReadonlyMap<string, string | undefined>;

/** The position of one item in the text of a feed. */
export interface EntrySpan {
  readonly start: number;
  readonly end: number;
  /** Whether the item is closed. An unclosed item cannot be read. */
  readonly whole: boolean;
  readonly line: number;
  readonly byte: number;
}

/** A feed divided into its items, which are not yet parsed. */
export interface FeedOutline {
  readonly format: 'rss' | 'rdf' | 'atom' | 'json';
  /** The tags of the elements around the items, as written, the root first; empty for JSON. */
  readonly around: readonly string[];
  /** The text before the items, and the start of the text after them, which describe the feed itself. */
  readonly head: string;
  /** The feed's title, if the outline already contains it (JSON). */
  readonly title: string | undefined;
  /** In the order of the text. */
  readonly entries: readonly EntrySpan[];
  /** The entities that the feed declares. */
  readonly declared: DeclaredEntities;
  /**
   * Where the feed breaks off or exceeds the limit, and what was expected there; undefined if the feed ends properly,
   * or breaks off within an item.
   */
  readonly end: { readonly line: number; readonly byte: number; readonly expected: string } | undefined;
}

/** The most items of a feed that are read: more than any real feed has, but few enough to process. */
export const MOST_ENTRIES = 50_000;

/** What is expected of a feed that breaks off or has too many items. */
export const EXPECTED = { end: 'the end of the feed', fewer: `at most ${MOST_ENTRIES} items` } as const;
