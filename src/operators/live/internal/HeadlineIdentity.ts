import type { LiveHeadline } from '../../../contracts/live/Live.js';
import { headlineKey, type HeadlineKey } from '../headlineKeys.js';

/** The keys that were seen, of all sources. */
export interface SeenKeys {
  has(key: string): boolean;
}

/** Whether a headline is new. */
export type Judgement =
  | { readonly type: 'new' }
  /** It was seen before, and `by` is the kind of key that it was recognised by. */
  | { readonly type: 'repeat'; readonly by: HeadlineKey }
  /** It was seen before under another title: its source has corrected it. */
  | { readonly type: 'correction'; readonly by: HeadlineKey };

/** A headline's judgement, and all keys to remember for it. */
export interface Judged {
  readonly judgement: Judgement;
  readonly keys: readonly string[];
  /** Whether its guid, or its link if it has no guid, does not tell it from other headlines of its source. */
  readonly isAmbiguous: boolean;
}

/** What tells a headline of a feed from the others: its guid, else its link, else its words with its date. */
type Name = 'guid' | 'link' | 'date';

/** The items of one reading of a source so far. */
interface Reading {
  readonly ordinal: number | undefined;
  /** The kinds of names by which an item of this reading was known. Names of these kinds are stable in the source. */
  readonly known: Set<Name>;
  /** The first item with each guid or link in this reading, by its words (or its link if it has none). */
  readonly firsts: Map<string, string>;
  /** The same of the reading before. */
  readonly last: ReadonlyMap<string, string>;
  /** The items of the reading before. */
  readonly lastItems: ReadonlySet<string>;
  /** Whether an item has a guid that another item had in the reading before, such as its place in the list. */
  reusesGuids: boolean;
  /** The keys that were new in this reading. */
  readonly fresh: Set<string>;
}

/** The number of sources whose last reading is kept: more than a program polls. */
const MOST_SOURCES = 10_000;

const NEW: Judgement = { type: 'new' };

const within = (key: string, source: string): string => JSON.stringify(['in', source, key]);
const several = (key: string): string => JSON.stringify(['several', key]);

/**
 * Tells new headlines from those that were seen before.
 *
 * Within a source that is polled, a headline has a name: its guid, else its link, else its words together with its
 * date. While names of this kind are stable, a new name is a new headline, even if its link or its words are known.
 * They are not stable in a reading of which no item was known by its name so far: then an item whose words (and link)
 * were in an earlier reading is a repeat. Link and words also decide between two sources, and in a stream. A name that
 * several items have, in one reading or from one reading to the next, identifies none of them.
 */
export class HeadlineIdentity {
  readonly #seen: SeenKeys;
  readonly #by: readonly HeadlineKey[];
  readonly #readings = new Map<string, Reading>();

  constructor(seen: SeenKeys, by: readonly HeadlineKey[]) {
    this.#seen = seen;
    this.#by = by;
  }

  /** Judges the next headline. */
  judge(headline: LiveHeadline): Judged {
    const { source, published } = headline;
    const key = (kind: HeadlineKey): string | undefined =>
      this.#by.includes(kind) ? headlineKey(kind, headline) : undefined;
    const [guid, link, content] = [key('guid'), key('link'), key('content')];
    const ownLink = link === undefined ? undefined : within(link, source);
    const ownContent = content === undefined ? undefined : within(content, source);
    const reading = this.#reading(headline);
    const isPolled = reading.ordinal !== undefined;
    const what = content ?? link ?? '';
    const marks = isPolled ? marksIn(reading, { guid, ownLink, what, published }) : [];

    const has = (one: string | undefined): one is string => one !== undefined && this.#seen.has(one);
    const sharing = (name: string | undefined): readonly string[] => {
      const mark = name === undefined ? undefined : several(name);
      return mark !== undefined && (marks.includes(mark) || this.#seen.has(mark)) ? [mark] : [];
    };
    const guidMarks = sharing(guid);
    const isByGuid = guid !== undefined && guidMarks.length === 0;
    const linkMarks = isByGuid ? [] : sharing(ownLink);
    const isByLink = ownLink !== undefined && linkMarks.length === 0;
    // Without guids the user has chosen what counts: then a known title is a repeat, whatever its link.
    const isNamed = isPolled && this.#by.includes('guid');
    const dated =
      isNamed && content !== undefined && published !== undefined && !isByGuid
        ? within(JSON.stringify(['dated', content, published]), source)
        : undefined;
    const name: Name | undefined = isByGuid
      ? 'guid'
      : isNamed && isByLink
        ? 'link'
        : dated === undefined
          ? undefined
          : 'date';
    /** Whether a key was in an earlier reading. */
    const isOlder = (one: string | undefined): boolean =>
      one === undefined || (this.#seen.has(one) && !reading.fresh.has(one));

    const judge = (): Judgement => {
      if (name === undefined) {
        if (has(link) && (isByLink || !has(ownLink)))
          return has(ownLink) && content !== undefined && !has(content)
            ? { type: 'correction', by: 'link' }
            : { type: 'repeat', by: 'link' };
        return has(content) ? { type: 'repeat', by: 'content' } : NEW;
      }
      if (has({ guid, link: ownLink, date: dated }[name])) {
        reading.known.add(name);
        const by = name === 'date' ? 'content' : name;
        return content === undefined || has(content) ? { type: 'repeat', by } : { type: 'correction', by };
      }
      if (has(link) && !has(ownLink)) return { type: 'repeat', by: 'link' };
      if (has(content) && !has(ownContent)) return { type: 'repeat', by: 'content' };
      const isStable = !isPolled || reading.known.has(name);
      if (name === 'guid')
        return !isStable && isOlder(ownLink) && isOlder(ownContent) && (link ?? content) !== undefined
          ? { type: 'repeat', by: ownLink === undefined ? 'content' : 'link' }
          : NEW;
      // A link of which a part changes at every reading is no other link, and only the date tells so.
      const isSame =
        ownContent !== undefined && isOlder(ownContent) && (!isStable || dated === undefined || has(dated));
      return isSame ? { type: 'repeat', by: 'content' } : NEW;
    };

    const judgement = judge();
    if (isPolled)
      for (const one of [ownLink, ownContent]) if (one !== undefined && !this.#seen.has(one)) reading.fresh.add(one);
    const keys = [isByGuid ? guid : undefined, link, ownLink, content, ownContent, dated].filter(
      (one) => one !== undefined,
    );
    return {
      judgement,
      keys: [...keys, ...new Set([...guidMarks, ...linkMarks, ...marks])],
      isAmbiguous:
        isNamed && (guid !== undefined ? name !== 'guid' : link !== undefined ? name !== 'link' : has(content)),
    };
  }

  #reading({ source, reading: ordinal }: LiveHeadline): Reading {
    const known = this.#readings.get(source);
    if (known !== undefined && known.ordinal === ordinal) return known;
    const [oldest] = this.#readings.keys();
    if (oldest !== undefined && this.#readings.size >= MOST_SOURCES) this.#readings.delete(oldest);
    const last = known?.firsts ?? new Map<string, string>();
    const begun: Reading = {
      ordinal,
      // The date tells whether links have changed after all.
      known: new Set(known?.known.has('link') === true ? ['link'] : []),
      firsts: new Map(),
      last,
      lastItems: new Set(last.values()),
      reusesGuids: false,
      fresh: new Set(),
    };
    this.#readings.set(source, begun);
    return begun;
  }
}

/** Adds an item to the reading, and returns the marks of its guid and link if several items have them. */
const marksIn = (
  reading: Reading,
  {
    guid,
    ownLink,
    what,
    published,
  }: {
    readonly guid: string | undefined;
    readonly ownLink: string | undefined;
    readonly what: string;
    readonly published: number | undefined;
  },
): readonly string[] => {
  const marks: string[] = [];
  const add = (name: string | undefined, item: string): void => {
    if (name === undefined) return;
    const before = reading.firsts.get(name);
    if (before === undefined) reading.firsts.set(name, item);
    else if (before !== item) marks.push(several(name));
  };
  if (guid !== undefined) {
    const before = reading.last.get(guid);
    const isMoved = before !== undefined && before !== what;
    if (isMoved && reading.lastItems.has(what)) reading.reusesGuids = true;
    if (isMoved && reading.reusesGuids) marks.push(several(guid));
  }
  add(guid, what);
  // Without a guid, the date tells two items of one link apart.
  add(ownLink, guid === undefined ? JSON.stringify([what, published ?? null]) : what);
  return marks;
};
