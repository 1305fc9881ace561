import { defer, filter, type MonoTypeOperatorFunction } from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { LiveHeadline } from '../../contracts/Live.js';
import { checkCapacity, type DedupeMemory, dedupeMemory, type DedupeMemoryOptions } from './dedupeMemory.js';
import { HEADLINE_KEYS, headlineKey, type HeadlineKey } from './headlineKeys.js';

/** A headline that was left out, since it was seen before. */
export interface RepeatedHeadline<R extends LiveHeadline = LiveHeadline> {
  readonly type: 'repeat';
  readonly headline: R;
  /** The first of its keys that was known. */
  readonly by: HeadlineKey;
}

/** How `dedupe` knows a repeat. */
export interface DedupeOptions<R extends LiveHeadline = LiveHeadline> extends DedupeMemoryOptions {
  /**
   * What it has seen, before and from now on, with room for at least as many keys as `by` names. Default: a new memory
   * of `capacity` keys for each subscription.
   */
  readonly memory?: DedupeMemory | undefined;
  /**
   * What a headline is known by. Default: all three. Leave `content` out where different texts have the same title, and
   * `link` where they have the same address.
   */
  readonly by?: readonly HeadlineKey[] | undefined;
  /** Told of each repeat. An Observer or a Subject of them is one. Default: nobody. */
  readonly repeats?: { next(repeat: RepeatedHeadline<R>): void } | undefined;
}

/**
 * Lets each headline through once: what has the guid, the link or the words of one that was seen before is left out.
 *
 * ```
 * source:  --a--b--a--c--b--|
 *          dedupe()
 * result:  --a--b-----c-----|
 * ```
 *
 * A headline is known by its guid (within its source), by its link (without scheme, `www.`, fragment, tracking
 * parameters and a slash at the end, whatever the case of the host; the address of a host alone does not count) and by
 * its title's letters, digits and symbols. One known key makes it a repeat, for feeds that make a new guid at every
 * reading are common; and then all its keys are remembered, as the newest.
 *
 * Holds the memory alone: `capacity` keys, of which the one that was not seen for longest is forgotten first. Give it a
 * `memory` of your own to let it survive a restart: `stateFile` keeps one on disk.
 *
 * Errors: those of the source, and what `repeats.next` throws.
 *
 * @param options `memory` or `capacity`, `by` and `repeats`
 * @throws HeadwaterError `HW_USAGE` when `capacity` is no whole number up to 2,147,483,647, there is room for fewer
 *   keys than `by` names, `capacity` is given with a `memory` (which has its own), or `by` is empty
 *
 * @example
 * ```ts
 * import { of } from 'rxjs';
 * import { dedupe, type LiveHeadline } from 'headwater';
 * const headline: LiveHeadline = { id: 0, title: 'Ferry returns to port', source: 'https://a.example/feed', guid: '1', link: 'https://a.example/ferry', published: undefined, seen: 0, category: undefined };
 * of(headline, { ...headline, id: 1, guid: '2', link: 'https://A.example/ferry/?utm_source=rss', title: 'Ferry is back' })
 *   .pipe(dedupe())
 *   .subscribe(({ id }) => console.log(id)); // 0
 * ```
 */
export const dedupe = <R extends LiveHeadline>(options: DedupeOptions<R> = {}): MonoTypeOperatorFunction<R> => {
  const { memory, capacity, by = HEADLINE_KEYS, repeats } = options;
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
  if (capacity !== undefined) checkCapacity('dedupe', capacity, by.length);
  if (memory !== undefined && memory.capacity < by.length) {
    throw new HeadwaterError(
      'HW_USAGE',
      `dedupe: the memory that is given has room for ${memory.capacity} keys, but a headline is known by ${by.length} (${by.join(', ')}). Give it room for more, or name fewer.`,
    );
  }

  return (source) =>
    defer(() => {
      const remembered = memory ?? dedupeMemory({ capacity });
      return source.pipe(
        filter((headline) => {
          let known: HeadlineKey | undefined;
          // All of them, though the first may have said it already: the next repeat may share another with this one.
          for (const kind of by) {
            const key = headlineKey(kind, headline);
            if (key !== undefined && remembered.see(key)) known ??= kind;
          }
          if (known !== undefined) repeats?.next({ type: 'repeat', headline, by: known });
          return known === undefined;
        }),
      );
    });
};
