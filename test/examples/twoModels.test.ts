import { memory } from '@tensorflow/tfjs-core';
import { defer, from, lastValueFrom, of, toArray } from 'rxjs';
import { expect, test } from 'vitest';
import { trainTogether, twoModels } from '../../examples/twoModels.js';
import type { StepEnded } from '../../src/contracts/training/TrainingEvent.js';
import type { BatchStats } from '../../src/sinks/metrics/batchStats.js';
import { labelledBatch } from '../../src/testing/labelledBatch.js';
import { recordingModel } from '../../src/testing/recordingModel.js';
import { sampleRows } from './headlines.js';

test('both models and the sink see the very same batches, from one subscription', async () => {
  const given = [1, 2, 3].map((seed) => labelledBatch({ seed, size: 5 }));
  let subscriptions = 0;
  const batch$ = defer(() => {
    subscriptions += 1;
    return from(given);
  });
  const first = recordingModel({ name: 'first' });
  const second = recordingModel({ name: 'second' });

  const events = await lastValueFrom(batch$.pipe(trainTogether([first, second], 1, 1e-3), toArray()));

  expect(subscriptions).toBe(1);
  expect(first.trained).toHaveLength(3);
  // Not merely equal: the same objects.
  given.forEach((batch, i) => {
    expect(first.trained[i]).toBe(batch);
    expect(second.trained[i]).toBe(batch);
  });
  expect(events.flatMap((event) => ('model' in event ? [event.model] : []))).toEqual([
    'first',
    'second',
    'first',
    'second',
    'first',
    'second',
  ]);
  expect(events.at(-1)).toMatchObject({ batches: 3, rows: 15 });
});

test('the rows are read once to split them, once an epoch and once to measure, whatever the number of models', async () => {
  const rows = sampleRows(400);
  let readings = 0;
  const row$ = defer(() => {
    readings += 1;
    return from(rows);
  });
  const told: (StepEnded | BatchStats)[] = [];
  const before = memory().numTensors;

  const comparison = await lastValueFrom(
    twoModels(row$, { epochs: 2, hiddenDim: 16, learningRate: 5e-3, tell: (event) => told.push(event) }),
  );

  expect(memory().numTensors).toBe(before);
  expect(readings).toBe(1 + 2 + 1);
  const stats = told.filter((event) => 'batches' in event);
  const steps = (model: string) => told.filter((event) => 'model' in event && event.model === model);
  expect(stats).toHaveLength(2);
  expect(steps('gru').map((step) => step.rows)).toEqual(steps('rnn').map((step) => step.rows));
  expect(steps('gru')).toHaveLength(stats.reduce((sum, { batches }) => sum + batches, 0));
  expect(comparison.gru.rows).toBe(comparison.rnn.rows);
  expect(comparison.gru.confusion).not.toEqual(comparison.rnn.confusion); // two models indeed
  // chance is a quarter
  for (const { accuracy } of [comparison.gru, comparison.rnn]) expect(accuracy).toBeGreaterThan(0.35);
});

test('an error of the rows frees both models', async () => {
  const before = memory().numTensors;
  const none$ = twoModels(of({ id: 0, title: 'Ferry returns', category: 'World' }));
  await expect(lastValueFrom(none$)).rejects.toMatchObject({ code: 'HW_EMPTY' });
  expect(memory().numTensors).toBe(before);
});
