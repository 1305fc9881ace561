import { createHash } from 'node:crypto';
import type { LiveHeadline } from '../../contracts/live/Live.js';

/**
 * The identifier of a headline: 16 hexadecimal digits, a hash of its source and its guid (or else its link, or else its
 * title). It is the same in every run and on every machine. A correction has another identifier than the headline that
 * it corrects.
 */
export const headlineId = ({
  source,
  guid,
  link,
  title,
  correction = false,
}: Pick<LiveHeadline, 'source' | 'guid' | 'link' | 'title' | 'correction'>): string => {
  const name = guid ?? link ?? title;
  return createHash('sha256')
    .update(JSON.stringify(correction ? [source, name, title] : [source, name]))
    .digest('hex')
    .slice(0, 16);
};
