import { from, lastValueFrom, of, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { PaddedBatch } from '../../src/contracts/rows/PaddedBatch.js';
import { batches } from '../../src/operators/batches/batches.js';
import { modelSlot } from '../../src/operators/learning/modelSlot.js';
import { prequential } from '../../src/operators/learning/prequential.js';
import { classifyLive } from '../../src/operators/live/classifyLive.js';
import { explainHeadlines } from '../../src/operators/live/explainHeadlines.js';
import { prepare } from '../../src/operators/rows/prepare.js';
import { recordingModel } from '../../src/testing/recordingModel.js';
import { DocumentFrequencies } from '../../src/text/features/DocumentFrequencies.js';
import { wideFeatures } from '../../src/text/features/wideFeatures.js';
import { rowEncoder } from '../../src/text/rowEncoder.js';
import { vectorsOf } from '../text/vectors/make.js';
import { headline } from './live/headline.js';

const rows = Array.from({ length: 40 }, (_, id) => ({
  id,
  title: `Ferry ${id}`,
  category: id % 2 === 0 ? 'Sports' : 'World',
}));
const split = await lastValueFrom(prepare(from(rows)));
const { tokenizer, labelEncoder } = split;
const encoder = rowEncoder({
  tokenizer,
  vectors: await vectorsOf({ ferry: [1], harbour: [2] }),
  features: wideFeatures(await lastValueFrom(of('ferry').pipe(DocumentFrequencies.fit({ bits: 8 })))),
});

const harbour = headline({ title: 'Harbour', category: 'World' });

/** A word that no train row has is the unknown token, and has its vector and its features all the same. */
const expectRead = (found: readonly PaddedBatch[]): void => {
  expect(found.length).toBeGreaterThan(0);
  const { features } = encoder.encodeText('harbour');
  for (const batch of found) {
    expect(batch.tokens[0]).toBe(tokenizer.unknownIndex);
    expect(batch.vectorIds?.[0]).toBe(2);
    expect(batch.features?.ids.subarray(0, features!.ids.length)).toEqual(features!.ids);
    expect(batch.vectorIds).toHaveLength(batch.size * batch.time);
  }
};

describe('a word that was not in training', () => {
  it.each(['train', 'validation', 'test'] as const)('has the batches of the %s side carry vectors', async (side) => {
    const found = await lastValueFrom(batches(split, { side, encoder }).pipe(toArray()));
    for (const { tokens, vectorIds, features, size } of found) {
      expect(vectorIds).toHaveLength(tokens.length);
      expect(vectorIds).toContain(1);
      expect(features?.offsets).toHaveLength(size + 1);
    }
  });

  it('reaches its vector in classifyLive', async () => {
    const model = recordingModel();
    await lastValueFrom(of([harbour]).pipe(classifyLive({ model, tokenizer: encoder, labelEncoder })));
    expectRead(model.predicted);
  });

  it('reaches its vector in explainHeadlines, which calls it known', async () => {
    const model = recordingModel();
    const { words } = await lastValueFrom(
      of(harbour).pipe(explainHeadlines({ model, tokenizer: encoder, labelEncoder })),
    );
    expect(words).toMatchObject([{ word: 'Harbour', read: 'known' }]);
    expectRead(model.predicted);
  });

  it('reaches its vector in prequential: predicted, tried and learnt', async () => {
    const model = recordingModel();
    const headlines = Array.from({ length: 4 }, (_, id) => ({ ...harbour, id }));
    const slot = modelSlot(model, { trialRows: 2 });
    await lastValueFrom(
      from([headlines.slice(0, 2), headlines.slice(2)]).pipe(
        prequential({ slot, tokenizer: encoder, labelEncoder, batchSize: 2 }),
        toArray(),
      ),
    );
    expectRead(model.predicted);
    expectRead(model.trained);
  });
});
