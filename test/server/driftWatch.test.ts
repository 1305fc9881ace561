import { from, lastValueFrom, toArray } from 'rxjs';
import { expect, it } from 'vitest';
import type { LivePrediction } from '../../src/contracts/live/Live.js';
import { random } from '../../src/contracts/random.js';
import { driftWatch } from '../../src/server/generations/driftWatch.js';
import { headline } from '../operators/live/headline.js';

const dice = random(7, 'jitter');

/** Predictions whose confidence is near a value. */
const near = (confidence: number, count: number): readonly LivePrediction[] =>
  Array.from({ length: count }, (_, id) => {
    const probability = confidence + (dice.uniform() - 0.5) * 0.5 * (1 - confidence);
    return {
      headline: headline({ id }),
      category: 'A',
      confidence: probability,
      distribution: [
        { category: 'A', probability },
        { category: 'B', probability: 1 - probability },
      ],
    } as unknown as LivePrediction;
  });

it('tells each change of the confidence once, although the window keeps old values for a while', async () => {
  const predictions = [...near(0.92, 3_000), ...near(0.7, 2_000), ...near(0.5, 2_000), ...near(0.92, 2_000)];
  const drifts = await lastValueFrom(
    driftWatch({ label$: from([]), prediction$: from(predictions), classes: ['A', 'B'] }).pipe(toArray()),
  );
  expect(drifts.map(({ of, before, after }) => [of, Math.sign(after - before)])).toEqual([
    ['confidence', -1],
    ['confidence', -1],
    ['confidence', 1],
  ]);
});

/** A prediction of a feed about one topic: mostly of one class. */
const ofTopic = (topic: number, id: number): LivePrediction => {
  const category = 'ABCD'[dice.uniform() < 0.85 ? topic : Math.floor(dice.uniform() * 4)];
  return {
    headline: headline({ id, source: `feed ${topic}` }),
    category,
    distribution: [{ category, probability: 0.5 + dice.uniform() / 2 }],
  } as unknown as LivePrediction;
};

const mixDrifts = async (predictions: readonly LivePrediction[]): Promise<readonly (string | undefined)[]> => {
  const classes = ['A', 'B', 'C', 'D'];
  const drift$ = driftWatch({ label$: from([]), prediction$: from(predictions), classes }).pipe(toArray());
  return (await lastValueFrom(drift$)).map((drift) => drift.class);
};

it('takes no reading of a feed about one topic for a change', async () => {
  // The first readings are long, and each of the later ones has up to three headlines.
  const first = [0, 1, 2, 3].flatMap((topic) => Array.from({ length: 40 }, (_, id) => ofTopic(topic, id)));
  expect(await mixDrifts(first)).toEqual([]);
  const readings = Array.from({ length: 3000 }, (_, reading) => {
    const topic = Math.floor(dice.uniform() * 4);
    return Array.from({ length: 1 + Math.floor(dice.uniform() * 3) }, (_, id) => ofTopic(topic, 4 * reading + id));
  });
  expect(await mixDrifts(readings.flat())).toEqual([]);
  // Bursts of fifty, one topic after another.
  const bursts = Array.from({ length: 10_000 }, (_, id) => ofTopic(Math.floor(id / 50) % 4, id));
  expect((await mixDrifts(bursts)).length).toBeLessThan(8);
});

it('tells the mix of the night and of the day, each once', async () => {
  const night = Array.from({ length: 600 }, (_, id) => ofTopic(3, id));
  const day = Array.from({ length: 600 }, (_, id) => ofTopic(Math.floor(dice.uniform() * 3), id));
  const drifts = await mixDrifts([...day, ...night, ...day, ...night]);
  expect(drifts.filter((name) => name === 'D')).toHaveLength(3);
});
