import { createHash } from 'node:crypto';
import type { LiveHeadline } from '../../contracts/live/Live.js';

/**
 * What a headline is called, the same whenever and wherever it is read: 16 hexadecimal digits, of its source and its
 * guid, or else its link, or else its title. A correction is called otherwise than what it corrects.
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
