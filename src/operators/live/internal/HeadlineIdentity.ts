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
}

/** The items of one reading of a source so far. */
interface Reading {
  readonly ordinal: number | undefined;
  /** Whether an item of this reading was known by its guid. If so, the source's guids are stable. */
  knownGuid: boolean;
  /** The first item with each guid or link in this reading, by its words (or its link if it has none). */
  readonly firsts: Map<string, string>;
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
 * Within a source with stable guids, the guid decides: a new guid is a new headline, even if its link or its words are
 * known. Link and words decide between two sources, if there is no guid, and if a source makes new guids at every
 * reading. The last case holds if no item of the reading was known by its guid so far, and if both link and words of
 * the item were in an earlier reading. A key that several items of one reading have identifies none of them.
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
    const { source } = headline;
    const key = (kind: HeadlineKey): string | undefined =>
      this.#by.includes(kind) ? headlineKey(kind, headline) : undefined;
    const [guid, link, content] = [key('guid'), key('link'), key('content')];
    const ownLink = link === undefined ? undefined : within(link, source);
    const ownContent = content === undefined ? undefined : within(content, source);
    const reading = this.#reading(headline);
    const keys = [guid, link, ownLink, content, ownContent].filter((one) => one !== undefined);
    const marks = [guid, ownLink].flatMap((name) => {
      if (name === undefined || reading.ordinal === undefined) return [];
      const what = content ?? link ?? '';
      const before = reading.firsts.get(name);
      if (before === undefined) reading.firsts.set(name, what);
      return before === undefined || before === what ? [] : [several(name)];
    });

    const has = (one: string | undefined): one is string => one !== undefined && this.#seen.has(one);
    const names = (name: string | undefined): name is string =>
      name !== undefined && !marks.includes(several(name)) && !has(several(name));

    const judge = (): Judgement => {
      if (names(guid)) {
        if (has(guid)) {
          reading.knownGuid = true;
          return content === undefined || has(content)
            ? { type: 'repeat', by: 'guid' }
            : { type: 'correction', by: 'guid' };
        }
        if (has(link) && !has(ownLink)) return { type: 'repeat', by: 'link' };
        if (has(content) && !has(ownContent)) return { type: 'repeat', by: 'content' };
        const older = (one: string | undefined): boolean =>
          one === undefined || (this.#seen.has(one) && !reading.fresh.has(one));
        const same = reading.ordinal !== undefined && !reading.knownGuid && older(ownLink) && older(ownContent);
        return same && keys.length > 1 ? { type: 'repeat', by: ownLink === undefined ? 'content' : 'link' } : NEW;
      }
      if (has(link) && (names(ownLink) || !has(ownLink)))
        return has(ownLink) && content !== undefined && !has(content)
          ? { type: 'correction', by: 'link' }
          : { type: 'repeat', by: 'link' };
      return has(content) ? { type: 'repeat', by: 'content' } : NEW;
    };

    const judgement = judge();
    if (reading.ordinal !== undefined)
      for (const one of [ownLink, ownContent]) if (one !== undefined && !this.#seen.has(one)) reading.fresh.add(one);
    return { judgement, keys: [...keys, ...marks] };
  }

  #reading({ source, reading: ordinal }: LiveHeadline): Reading {
    const known = this.#readings.get(source);
    if (known !== undefined && known.ordinal === ordinal) return known;
    const [oldest] = this.#readings.keys();
    if (oldest !== undefined && this.#readings.size >= MOST_SOURCES) this.#readings.delete(oldest);
    const begun: Reading = { ordinal, knownGuid: false, firsts: new Map(), fresh: new Set() };
    this.#readings.set(source, begun);
    return begun;
  }
}
