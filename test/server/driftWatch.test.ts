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
