import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { memory } from '@tensorflow/tfjs-core';
import { isLeft } from 'fp-ts/lib/Either.js';
import { firstValueFrom, lastValueFrom, switchMap } from 'rxjs';
import { expect, test } from 'vitest';
import { trainByHand } from '../../examples/trainByHand.js';
import { loadArtifacts } from '../../src/models/artifacts/loadArtifacts.js';
import { decode } from '../../src/operators/rows/decode.js';
import { headlineRow } from '../../src/operators/rows/headlineRow.js';
import { prepare } from '../../src/operators/rows/prepare.js';
import { fetchCsv } from '../../src/streams/fetchCsv.js';
import { serveSample } from '../../src/streams/sample/serveSample.js';
import { nowhere, scratchFolder } from './headlines.js';

test('a table over HTTP becomes a classifier that is measured and saved, and the split is that of prepare', async () => {
  const out = scratchFolder();
  const stream = nowhere();
  const shown: string[] = [];
  stream.on('data', (text: Buffer) => shown.push(text.toString()));
  const before = memory().numTensors;

  const report = await firstValueFrom(
    serveSample({ rows: 400 }).pipe(
      switchMap((url) => trainByHand(url, { out, epochs: 2, hiddenDim: 16, learningRate: 5e-3, show: { stream } })),
    ),
  );

  expect(memory().numTensors).toBe(before);
  expect(shown.join('')).toMatch(/epoch 2\/2 {2}train \d/);
  expect(report.classes).toEqual(['Business', 'Sci/Tech', 'Sports', 'World']);
  expect(report.accuracy).toBeGreaterThan(0.4); // chance is a quarter

  // Beside them stands where they came from.
  const snapshots = readdirSync(join(out, 'snapshots')).filter((name) => name !== 'sources');
  expect(snapshots).toHaveLength(1);
  const split = await lastValueFrom(
    prepare(fetchCsv(join(out, 'snapshots', snapshots[0] ?? '')).pipe(decode(headlineRow))),
  );
  expect(report.rows).toBe(split.rows.test);
  expect(readFileSync(join(out, 'tokenizer.json'), 'utf8')).toBe(split.tokenizer.stringify());

  const loaded = await loadArtifacts(out)();
  if (isLeft(loaded)) throw loaded.left;
  expect(loaded.right.config).toMatchObject({ cell: 'gru', bidirectional: true, hiddenDim: 16 });
  expect(loaded.right.performance).toEqual(report.performance);
});

test('leaving in the middle of an epoch frees the weights', async () => {
  const out = scratchFolder();
  const before = memory().numTensors;
  const stream = nowhere();
  await new Promise<void>((resolve) => {
    const subscription = serveSample({ rows: 400 })
      .pipe(switchMap((url) => trainByHand(url, { out, hiddenDim: 8, show: { stream, interactive: true, redraw: 0 } })))
      .subscribe();
    // The bar moves with each step: leave at the second one.
    let drawn = 0;
    stream.on('data', () => {
      if (++drawn < 3) return;
      expect(memory().numTensors).toBeGreaterThan(before);
      subscription.unsubscribe();
      resolve();
    });
  });
  expect(memory().numTensors).toBe(before);
  expect(readdirSync(out)).toEqual(['snapshots']);
});
