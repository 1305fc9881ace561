import type { SeenHeadline } from '../../../src/page/headlines/HeadlineRing.js';

/** A headline as the page keeps it. */
export const seenHeadline = (given: Partial<SeenHeadline> = {}): SeenHeadline => ({
  ordinal: 0,
  title: 'Ferry returns to the Port',
  category: 0,
  probability: 0.62,
  seen: 600_000,
  unread: false,
  source: 'https://news.example/feed',
  link: 'https://news.example/1',
  guid: 'n1',
  key: 'k1',
  ...given,
});
