import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import type { PaddedBatch } from '../../src/contracts/rows/PaddedBatch.js';
import { loadArtifacts } from '../../src/models/artifacts/loadArtifacts.js';
import { restoreClassifier } from '../../src/models/artifacts/restoreClassifier.js';
import { registerBackend } from '../../src/ops/backends/registerBackend.js';
import { preprocessText } from '../../src/text/preprocessText.js';
import { describeWithShared, goldenDir } from '../shared.js';
import { tensorflow } from '../tensorflow.js';

interface Predictions {
  readonly classes: readonly string[];
  readonly cases: readonly { readonly title: string; readonly probabilities: readonly number[] }[];
}

const indexOfLargest = (values: ArrayLike<number>): number =>
  Array.from(values).indexOf(Math.max(...Array.from(values)));

beforeAll(async () => {
  registerBackend();
  await tf.setBackend('cpu');
});

describeWithShared("PyTorch's trained weights", () => {
  const trained = [
    { directory: 'seed_gru', cell: 'gru', bidirectional: true },
    { directory: 'seed_rnn', cell: 'rnn', bidirectional: false },
  ];
  const cases = ['headwater', ...tensorflow].flatMap((backend) => trained.map((of) => ({ ...of, backend })));

  it.each(cases)(
    'of $directory, without a config.json, give its predictions on $backend',
    async ({ directory, cell, bidirectional, backend }) => {
      const loaded = await loadArtifacts(join(goldenDir, directory))();
      if (loaded._tag === 'Left') throw loaded.left;
      const artifacts = loaded.right;
      expect(artifacts.config).toMatchObject({
        cell,
        bidirectional,
        vocabularySize: 5000,
        embeddingDim: 100,
        hiddenDim: 128,
        fcDim: 100,
        classes: 4,
      });
      expect(artifacts.performance).toBeUndefined();

      const { classes, cases } = JSON.parse(
        readFileSync(join(goldenDir, directory, 'predictions.json'), 'utf8'),
      ) as Predictions;
      expect(artifacts.labelEncoder.classes).toEqual(classes);
      expect(cases).toHaveLength(600);

      const rows = cases.map(({ title }) => artifacts.tokenizer.encode(preprocessText(title)));
      const batchOf = (some: readonly Int32Array[]): PaddedBatch => {
        const time = Math.max(...some.map(({ length }) => length));
        const tokens = new Int32Array(some.length * time);
        some.forEach((row, at) => tokens.set(row, at * time));
        return {
          size: some.length,
          time,
          tokens,
          lengths: Int32Array.from(some, ({ length }) => length),
          ids: Int32Array.from(some.keys()),
        };
      };

      const model = restoreClassifier(artifacts, { backend });
      // Alone, as PyTorch had them, and with batch mates of other lengths: stopping at each row's length makes no
      // difference between the two.
      const alone = rows.map((row) => model.predictBatch(batchOf([row])));
      const together = model.predictBatch(batchOf(rows));
      model.dispose();

      let furthest = 0;
      cases.forEach(({ probabilities }, at) => {
        for (const ours of [alone[at]!, together.subarray(at * 4, (at + 1) * 4)]) {
          expect(ours).toHaveLength(4);
          expect(indexOfLargest(ours), cases[at]!.title).toBe(indexOfLargest(probabilities));
          probabilities.forEach((probability, c) => (furthest = Math.max(furthest, Math.abs(probability - ours[c]!))));
        }
      });
      expect(furthest).toBeLessThanOrEqual(1e-4);
    },
  );
});
