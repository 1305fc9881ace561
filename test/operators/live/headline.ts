import type { LiveHeadline } from '../../../src/contracts/live/Live.js';

/** A headline that arrived, with nothing but what a test gives it. */
export const headline = (given: Partial<LiveHeadline> = {}): LiveHeadline => ({
  id: 0,
  title: '',
  source: 'stdin',
  guid: undefined,
  link: undefined,
  published: undefined,
  seen: 0,
  category: undefined,
  ...given,
});
