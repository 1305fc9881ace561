import { defer, mergeMap, type MonoTypeOperatorFunction } from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { LiveHeadline } from '../../contracts/live/Live.js';
import { checkCapacity, type DedupeMemory, dedupeMemory, type DedupeMemoryOptions } from './dedupeMemory.js';
import { HEADLINE_KEYS, type HeadlineKey } from './headlineKeys.js';
import { HeadlineIdentity } from './internal/HeadlineIdentity.js';
import { UnderWay } from './internal/UnderWay.js';

/** A headline that was left out, since it was seen before. */
export interface RepeatedHeadline<R extends LiveHeadline = LiveHeadline> {
  /** A `correction` is one that was there under another title. */
  readonly type: 'repeat' | 'correction';
  readonly headline: R;
  /** What it was known by. */
  readonly by: HeadlineKey;
}

/** How `dedupe` knows a repeat. */
export interface DedupeOptions<R extends LiveHeadline = LiveHeadline> extends DedupeMemoryOptions {
  /**
   * What it has seen, before and from now on, with room for at least the keys of one headline. Default: a new memory of
   * `capacity` keys for each subscription.
   */
  readonly memory?: DedupeMemory | undefined;
  /**
   * What a headline is known by. Default: all three. Leave `content` out where different texts have the same title, and
   * `link` where they have the same address.
   */
  readonly by?: readonly HeadlineKey[] | undefined;
  /**
   * Whether a headline that comes again under a corrected title is let through, marked as a `correction`. Default false:
   * `repeats` is told of it.
   */
  readonly corrections?: boolean | undefined;
  /**
   * When a headline counts as seen: as it passes, or once its `delivery` is done, which every headline then carries. One
   * that is to be delivered again is new again. Default `passed`.
   */
  readonly counts?: 'passed' | 'delivered' | undefined;
  /** Receives each repeat. An Observer or a Subject works. Default: none. */
  readonly repeats?: { next(repeat: RepeatedHeadline<R>): void } | undefined;
}

/** How many keys each kind of them takes: links and words are known of all sources, and of their own. */
const ROOM: Readonly<Record<HeadlineKey, number>> = { guid: 1, link: 2, content: 2 };

/**
 * Lets each headline through once: what has the guid, the link or the words of one that was seen before is left out.
 *
 * ```marbles
 * source: --a--b--a--c--b--|
 *         dedupe()
 * result: --a--b-----c-----|
 * ```
 *
 * A headline is known by its guid (within its source), by its link (without scheme, `www.`, tracking parameters and a
 * slash at the end, whatever the case of the host; the address of a host alone does not count) and by its title's
 * letters, digits and symbols.
 *
 * - **Within a source** whose guids stay, the guid decides: another guid is another headline, whatever else they share.
 * - **Between two sources**, and where there is no guid, one known key makes a repeat.
 * - **A source that makes new guids at every reading** is one of whose items none was known by its guid in this reading:
 *   an item whose link and words stood in an earlier reading is a repeat.
 * - A guid or a link that several items of one reading have, under different titles, names none of them.
 * - A known headline under a title that was not there is a correction: told as such, or let through (`corrections`).
 *
 * All keys are remembered, of repeats too, as the newest.
 *
 * Holds the memory: `capacity` keys, of which the one that was not seen for longest is forgotten first; and the keys of
 * the last reading of each source. With `counts: 'delivered'` it also holds the keys of headlines that are under way.
 * Give it a `memory` of your own to let it survive a restart.
 *
 * Errors: those of the source, and what `repeats.next` throws.
 *
 * @param options `memory` or `capacity`, `by`, `corrections`, `counts` and `repeats`
 * @throws HeadwaterError `HW_USAGE` when `capacity` is no whole number up to 2,147,483,647, there is room for fewer
 *   keys than `by` names, `capacity` is given with a `memory` (which has its own), or `by` is empty
 *
 * @example
 * ```ts
 * import { of } from 'rxjs';
 * import { dedupe, type LiveHeadline } from 'headwater';
 * const headline: LiveHeadline = { id: 0, title: 'Ferry returns to port', source: 'https://a.example/feed', guid: '1', link: 'https://a.example/ferry', published: undefined, seen: 0, category: undefined };
 * of(headline, { ...headline, id: 1, source: 'https://b.example/feed', guid: '2', link: 'https://A.example/ferry/?utm_source=rss', title: 'Ferry is back' })
 *   .pipe(dedupe())
 *   .subscribe(({ id }) => console.log(id)); // 0
 * ```
 */
export const dedupe = <R extends LiveHeadline>(options: DedupeOptions<R> = {}): MonoTypeOperatorFunction<R> => {
  const { memory, capacity, by = HEADLINE_KEYS, corrections = false, counts = 'passed', repeats } = options;
  const room = by.reduce((sum, kind) => sum + ROOM[kind], 0);
  if (memory !== undefined && capacity !== undefined) {
    throw new HeadwaterError(
      'HW_USAGE',
      `dedupe: capacity is ${capacity}, but the memory that is given has room for ${memory.capacity} keys. Give one of the two.`,
    );
  }
  if (by.length === 0)
    throw new HeadwaterError(
      'HW_USAGE',
      `dedupe: by is empty, so that nothing would be a repeat. Name at least one of ${HEADLINE_KEYS.join(', ')}.`,
    );
  // With room for fewer the keys of one headline would push one another out, and it would be new each time it comes.
  if (capacity !== undefined) checkCapacity('dedupe', capacity, room);
  if (memory !== undefined && memory.capacity < room) {
    throw new HeadwaterError(
      'HW_USAGE',
      `dedupe: the memory that is given has room for ${memory.capacity} keys, but a headline is known by up to ${room} (${by.join(', ')}). Give it room for more, or name fewer.`,
    );
  }

  return (source) =>
    defer(() => {
      const underWay = new UnderWay<R>(memory ?? dedupeMemory({ capacity }));
      const identity = new HeadlineIdentity(underWay, by);
      return source.pipe(
        mergeMap((headline): readonly R[] => {
          const { judgement, keys } = identity.judge(headline);
          if (judgement.type === 'new' || (judgement.type === 'correction' && corrections)) {
            const passed = judgement.type === 'correction' ? { ...headline, correction: true } : headline;
            return [counts === 'delivered' ? underWay.follow(passed, keys) : underWay.pass(passed, keys)];
          }
          underWay.leaveOut(headline, keys);
          repeats?.next({ ...judgement, headline });
          return [];
        }),
      );
    });
};
