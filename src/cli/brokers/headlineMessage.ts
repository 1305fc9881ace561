import type { LiveHeadline } from '../../contracts/live/Live.js';
import { jsonLine } from '../../sinks/jsonLine.js';

/**
 * A headline as a message: JSON.
 *
 * Its readers cannot know what other headlines its feed has. So where others have its guid too, its key is its guid.
 */
export const headlineMessage = ({
  title,
  guid,
  link,
  published,
  category,
  source,
  key,
  ambiguous = false,
}: LiveHeadline): string =>
  jsonLine({
    title,
    guid: ambiguous ? key : guid,
    link,
    published: published === undefined ? undefined : new Date(published).toISOString(),
    category,
    source,
    key,
  });
