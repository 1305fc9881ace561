import type { LiveHeadline, LivePrediction } from '../../../src/contracts/live/Live.js';
import { headline } from '../../operators/live/headline.js';

export const CLASSES = ['Business', 'Sci/Tech', 'Sports', 'World'];

/** Noon of some day. */
export const NOON = Date.UTC(2024, 4, 1, 12);

/** A headline that came at noon, but for what is said of it. */
export const liveHeadline = (given: Partial<LiveHeadline> = {}): LiveHeadline =>
  headline({
    title: 'A late goal decides the final',
    source: 'https://news.example/sport.xml',
    seen: NOON,
    ...given,
  });

/** What a model makes of it: `category` with `probability`, the rest shared by the other classes. */
export const livePrediction = (
  given: Partial<LiveHeadline> = {},
  category = 'Sports',
  probability = 0.97,
  latencyMs = 3,
): LivePrediction => ({
  type: 'live-prediction',
  headline: liveHeadline(given),
  category,
  distribution: [
    { category, probability },
    ...CLASSES.filter((name) => name !== category).map((name) => ({
      category: name,
      probability: (1 - probability) / 3,
    })),
  ],
  known: 1,
  latencyMs,
});
