import { createHash } from 'node:crypto';
import type { LiveHeadline } from '../../contracts/live/Live.js';

/**
 * The identifier of a headline: 16 hexadecimal digits, a hash of its source and its guid (or else its link, or else its
 * title). It is the same in every run and on every machine. A correction has another identifier than the headline that
 * it corrects, and an ambiguous headline another one than those with the same guid or link.
 */
export const headlineId = ({
  source,
  guid,
  link,
  title,
  published,
  correction = false,
  ambiguous = false,
}: Pick<LiveHeadline, 'source' | 'guid' | 'link' | 'title' | 'published' | 'correction' | 'ambiguous'>): string => {
  const name = guid ?? link ?? title;
  const apart = ambiguous ? [title, published ?? null] : correction ? [title] : [];
  return createHash('sha256')
    .update(JSON.stringify([source, name, ...apart]))
    .digest('hex')
    .slice(0, 16);
};
