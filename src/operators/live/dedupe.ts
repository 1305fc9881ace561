import { defer, mergeMap, type MonoTypeOperatorFunction } from 'rxjs';
import { checkOptions, checkTypes } from '../../contracts/checkOption.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { LiveHeadline } from '../../contracts/live/Live.js';
import { checkCapacity, type DedupeMemory, dedupeMemory, type DedupeMemoryOptions } from './dedupeMemory.js';
import { HEADLINE_KEYS, type HeadlineKey } from './headlineKeys.js';
import { HeadlineIdentity } from './internal/HeadlineIdentity.js';
import { UnderWay } from './internal/UnderWay.js';

/** A headline that was left out, because it was seen before. */
export interface RepeatedHeadline<R extends LiveHeadline = LiveHeadline> {
  /** A `correction` is a known headline under another title. */
  readonly type: 'repeat' | 'correction';
  readonly headline: R;
  /** The kind of key that it was recognised by. */
  readonly by: HeadlineKey;
}

/** How `dedupe` recognises repeats. */
export interface DedupeOptions<R extends LiveHeadline = LiveHeadline> extends DedupeMemoryOptions {
  /**
   * The keys of the headlines that it has seen. It needs room for at least the keys of one headline. Default: a new
   * memory of `capacity` keys for each subscription.
   */
  readonly memory?: DedupeMemory | undefined;
  /**
   * The kinds of keys that a headline is recognised by. Default: all three. Leave `content` out if different texts can
   * have the same title, and `link` if they can have the same address.
   */
  readonly by?: readonly HeadlineKey[] | undefined;
  /**
   * Whether a known headline under a corrected title is emitted, marked as a `correction`. Default false: it goes to
   * `repeats` instead.
   */
  readonly corrections?: boolean | undefined;
  /**
   * When a headline counts as seen: `passed` as soon as it is emitted, `delivered` when its `delivery` is done. With
   * `delivered` every emitted headline has a `delivery`, and a headline that is to be delivered again counts as new
   * again. Default `passed`.
   */
  readonly counts?: 'passed' | 'delivered' | undefined;
  /** Receives each repeat. An Observer or a Subject works. Default: none. */
  readonly repeats?: { next(repeat: RepeatedHeadline<R>): void } | undefined;
}

/**
 * The number of memory entries per kind of key. Links and words have two: one for all sources, and one for their own
 * source.
 */
const ROOM: Readonly<Record<HeadlineKey, number>> = { guid: 1, link: 2, content: 2 };

/**
 * Emits each headline once. A headline with the guid, the link or the words of an earlier one is left out.
 *
 * ```marbles
 * source: --a--b--a--c--b--|
 *         dedupe()
 * result: --a--b-----c-----|
 * ```
 *
 * A headline is recognised by its guid (within its source), by its link (without scheme, `www.`, tracking parameters
 * and a slash at the end, in any case of the host; a link to a host alone does not count) and by its title's letters,
 * digits and symbols.
 *
 * - **Within a source** with stable guids, the guid decides: another guid is another headline, even if link or words
 *   are the same.
 * - **Within a feed without guids** the link decides, and without links the words and the date. A known title with a
 *   new link and a new date is another headline; without a date it is a repeat.
 * - **Between two sources**, and in a stream without guids, one known key makes a repeat.
 * - **A source that makes new guids or links at every reading** is recognised when no item of the reading was known by
 *   them so far. Then an item whose words (and link) were in an earlier reading is a repeat.
 * - A guid or a link that several items have, with different titles, identifies none of them: in one reading, or where
 *   the guids of a feed go from item to item. Such a headline is marked as `ambiguous`.
 * - A known headline under a new title is a correction. It goes to `repeats`, or is emitted (`corrections`).
 *
 * All keys are remembered as the newest, also those of repeats.
 *
 * Holds the memory: `capacity` keys, of which the least recently seen one is forgotten first; and the keys of the last
 * two readings of each source. With `counts: 'delivered'` it also holds the keys of headlines whose delivery is not
 * done.
 * Pass a `memory` of your own to keep it across restarts.
 *
 * Errors: those of the source, and any error that `repeats.next` throws.
 *
 * @param options `memory` or `capacity`, `by`, `corrections`, `counts` and `repeats`
 * @throws HeadwaterError `HW_USAGE` when `capacity` is not a whole number up to 2,147,483,647, there is room for fewer
 *   keys than `by` names, `capacity` is given with a `memory` (which has its own), or `by` is empty
 *
 * @example
 * ```ts
 * import { of } from 'rxjs';
 * import { dedupe, type LiveHeadline } from 'headwater';
 * const headline: LiveHeadline = {
 *   id: 0,
 *   title: 'Ferry returns to port',
 *   source: 'https://a.example/feed',
 *   guid: '1',
 *   link: 'https://a.example/ferry',
 *   published: undefined,
 *   seen: 0,
 *   category: undefined,
 * };
 * of(headline, {
 *   ...headline,
 *   id: 1,
 *   source: 'https://b.example/feed',
 *   guid: '2',
 *   link: 'https://A.example/ferry/?utm_source=rss',
 *   title: 'Ferry is back',
 * })
 *   .pipe(dedupe())
 *   .subscribe(({ id }) => console.log(id)); // 0
 * ```
 */
export const dedupe = <R extends LiveHeadline>(options: DedupeOptions<R> = {}): MonoTypeOperatorFunction<R> => {
  checkOptions('dedupe', options, '{ capacity: 10_000 }');
  const { memory, capacity, by = HEADLINE_KEYS, corrections = false, counts = 'passed', repeats } = options;
  checkTypes('dedupe', options, { corrections: 'boolean', counts: ['passed', 'delivered'] });
  const room = by.reduce((sum, kind) => sum + ROOM[kind], 0);
  if (memory !== undefined && capacity !== undefined) {
    throw new HeadwaterError(
      'HW_USAGE',
      `dedupe: capacity is ${capacity}, but the memory that is given has ` +
        `room for ${memory.capacity} keys. Give one of the two.`,
    );
  }
  if (by.length === 0)
    throw new HeadwaterError(
      'HW_USAGE',
      `dedupe: by is empty, so that nothing would be a repeat. Name at least one of ${HEADLINE_KEYS.join(', ')}.`,
    );
  // With less room, the keys of one headline would evict one another, and the headline would be new each time.
  if (capacity !== undefined) checkCapacity('dedupe', capacity, room);
  if (memory !== undefined && memory.capacity < room) {
    throw new HeadwaterError(
      'HW_USAGE',
      `dedupe: the memory that is given has room for ${memory.capacity} keys, but a headline is ` +
        `known by up to ${room} (${by.join(', ')}). Give it room for more, or name fewer.`,
    );
  }

  return (source) =>
    defer(() => {
      const underWay = new UnderWay<R>(memory ?? dedupeMemory({ capacity }));
      const identity = new HeadlineIdentity(underWay, by);
      return source.pipe(
        mergeMap((headline): readonly R[] => {
          const { judgement, keys, isAmbiguous } = identity.judge(headline);
          if (judgement.type === 'new' || (judgement.type === 'correction' && corrections)) {
            const passed =
              judgement.type === 'correction'
                ? { ...headline, correction: true }
                : isAmbiguous
                  ? { ...headline, ambiguous: true }
                  : headline;
            return [counts === 'delivered' ? underWay.follow(passed, keys) : underWay.pass(passed, keys)];
          }
          underWay.leaveOut(headline, keys);
          repeats?.next({ ...judgement, headline });
          return [];
        }),
      );
    });
};
