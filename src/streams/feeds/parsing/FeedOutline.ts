/** Where one item of a feed stands in its text. */
export interface EntrySpan {
  readonly start: number;
  readonly end: number;
  /** Whether it is closed; one that is not cannot be read. */
  readonly whole: boolean;
  readonly line: number;
  readonly byte: number;
}

/** A feed, cut into its items; none of them has been read yet. */
export interface FeedOutline {
  readonly format: 'rss' | 'rdf' | 'atom' | 'json';
  /** The tags that its items stand in as they are written, the root's first; none in JSON. */
  readonly around: readonly string[];
  /** What the feed says of itself, before its items. */
  readonly head: string;
  /** What it calls itself, where its outline tells that already. */
  readonly title: string | undefined;
  /** In the order of the text. */
  readonly entries: readonly EntrySpan[];
  /** The entities that the feed declares. */
  readonly declared: ReadonlySet<string>;
  /**
   * Where reading stops before the feed has ended, and what was expected there; undefined where it has an end, or
   * breaks off within an item.
   */
  readonly end: { readonly line: number; readonly byte: number; readonly expected: string } | undefined;
}

/** How many items of a feed are read: more than any feed has, and fewer than would be a burden. */
export const MOST_ENTRIES = 50_000;

/** What was expected of a feed that breaks off, or goes on for too long. */
export const EXPECTED = { end: 'the end of the feed', fewer: `at most ${MOST_ENTRIES} items` } as const;
