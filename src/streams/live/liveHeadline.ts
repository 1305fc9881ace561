import type { Optional } from '../../contracts/Optional.js';
import { asyncScheduler, type SchedulerLike } from 'rxjs';
import { checkOptions, optionText } from '../../contracts/checkOption.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { LiveHeadline } from '../../contracts/live/Live.js';

/** What `liveHeadline` is told: the title, and what is known beside it. */
export interface LiveHeadlineFields extends Optional<Omit<LiveHeadline, 'title'>> {
  readonly title: string;
}

/**
 * Makes a live headline of a title, for programs that have headlines of their own to classify.
 *
 * What is left out has a default: `id` 0, `source` `program`, `seen` the time of the call; `guid`, `link`, `published`
 * and `category` are undefined.
 *
 * @param fields the title, and what is known beside it
 * @param scheduler the clock of `seen`; default `asyncScheduler`, whose clock is `Date.now`
 * @throws HeadwaterError `HW_USAGE` when the title is no text, or blank
 *
 * @example
 * ```ts
 * import { liveHeadline } from 'headwater';
 * const { title, source } = liveHeadline({ title: 'Ferry returns to port' });
 * console.log(title, source); // Ferry returns to port program
 * ```
 */
export const liveHeadline = (fields: LiveHeadlineFields, scheduler: SchedulerLike = asyncScheduler): LiveHeadline => {
  checkOptions('liveHeadline', fields, "{ title: 'Ferry returns to port' }");
  const { id = 0, title, source = 'program', guid, link, published, seen = scheduler.now(), category } = fields;
  if (typeof title !== 'string' || title.trim() === '')
    throw new HeadwaterError(
      'HW_USAGE',
      `liveHeadline: title is ${optionText(title)}, but must be a text that is not blank.`,
    );
  return { id, title, source, guid, link, published, seen, category };
};
