import type { Optional } from '../../contracts/Optional.js';
import { asyncScheduler, type SchedulerLike } from 'rxjs';
import { checkOptions, checkTypes, wrongValue } from '../../contracts/checkOption.js';
import type { LiveHeadline } from '../../contracts/live/Live.js';

/** The fields for `liveHeadline`: the title, and any other known fields. */
export interface LiveHeadlineFields extends Optional<Omit<LiveHeadline, 'title'>> {
  readonly title: string;
}

/**
 * Creates a live headline from a title, for programs that classify their own headlines.
 *
 * Missing fields have defaults: `id` 0, `source` `program`, `seen` the time of the call; `guid`, `link`, `published`
 * and `category` are undefined.
 *
 * @param fields the title, and any other known fields
 * @param scheduler the clock of `seen`; default `asyncScheduler`, whose clock is `Date.now`
 * @throws HeadwaterError `HW_USAGE` if the title is not a string, or is blank
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
  const {
    id = 0,
    title,
    source = 'program',
    guid,
    link,
    published,
    seen = scheduler.now(),
    category,
    ...others
  } = fields;
  checkTypes('liveHeadline', fields, {
    id: 'number',
    source: 'string',
    guid: 'string',
    link: 'string',
    published: 'number',
    seen: 'number',
    category: 'string',
    reading: 'number',
    correction: 'boolean',
    ambiguous: 'boolean',
    key: 'string',
  });
  if (typeof title !== 'string' || title.trim() === '')
    throw wrongValue('liveHeadline', 'title', title, 'a text that is not blank');
  return { ...others, id, title, source, guid, link, published, seen, category };
};
