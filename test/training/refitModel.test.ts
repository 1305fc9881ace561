import { memory } from '@tensorflow/tfjs-core';
import { concatMap, first, from, lastValueFrom, of, toArray } from 'rxjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Split } from '../../src/operators/rows/prepare.js';
import { prepare } from '../../src/operators/rows/prepare.js';
import { sumClassifier } from '../../src/models/sum/sumClassifier.js';
import type { LinearClassifier } from '../../src/models/linear/linearClassifier.js';
import type { WideGru } from '../../src/models/wide/WideGruSettings.js';
import type { ModelChosen, TrainedCandidate } from '../../src/training/ModelChosen.js';
import { type ModelRefitted, refitModel } from '../../src/training/refitModel.js';
import { trainModel, type TrainModelOptions } from '../../src/training/trainModel.js';
import { textSteps } from '../../src/text/TextSteps.js';
import { headlineRows } from '../../src/testing/headlineRows.js';

let split: Split;

beforeAll(async () => {
  split = await lastValueFrom(prepare(from(headlineRows({ count: 200, seed: 1 })), { text: textSteps(), seed: 3 }));
});

const small: TrainModelOptions = { epochs: 2, hiddenDim: 4 };

const chosenOf = async (options: TrainModelOptions): Promise<ModelChosen> => {
  const last = await lastValueFrom(trainModel(split, options));
  if (last.type !== 'model-chosen') throw new Error('nothing was chosen');
  return last;
};

const refitted = async (kept: TrainedCandidate, options: TrainModelOptions) => {
  const events = await lastValueFrom(refitModel(split, kept, options).pipe(toArray()));
  const last = events.at(-1);
  if (last?.type !== 'model-refitted') throw new Error('nothing was refitted');
  return { last, events };
};

/** The share of all rows that a model gets right. */
const rightOf = async ({ model }: ModelRefitted, kept: TrainedCandidate): Promise<number> => {
  const batches = await lastValueFrom(
    of('train', 'validation', 'test').pipe(
      concatMap((side) => kept.source.batches(side as 'train', 1)),
      toArray(),
    ),
  );
  let right = 0;
  for (const batch of batches) {
    const { probabilities } = model.evaluateBatch(batch);
    batch.labels.forEach((label, row) => {
      const own = Array.from(probabilities.subarray(row * model.classes, (row + 1) * model.classes));
      if (own.indexOf(Math.max(...own)) === label) right++;
    });
  }
  return right / 200;
};

describe('refitModel', () => {
  it('trains a linear model on all rows, with the settings, the epochs and the temperature of the kept one', async () => {
    const { kept } = await chosenOf({ architecture: 'linear' });
    const before = kept.model.stateDict();
    const { last, events } = await refitted(kept, { architecture: 'linear' });
    expect(last.rows).toBe(200);
    expect(last.model.config).toEqual(kept.model.config);
    expect(last.features?.frequencies.documents).toBe(200);
    expect(last.features?.wordWeight).toBe(kept.features?.wordWeight);
    const epochs = events.filter((event) => event.type === 'epoch');
    expect(epochs).toHaveLength(kept.parts.linear.reduce((sum, part) => sum + part.epochs, 0));
    expect(epochs.every(({ model }) => /^linear, .*, all rows$/.test(model))).toBe(true);
    expect(last.model.stateDict()).not.toEqual(before);
    expect(kept.model.stateDict()).toEqual(before);
    expect(await rightOf(last, kept)).toBeGreaterThan(0.9);
  });

  it('trains a recurrent one and a sum likewise, with the weights of the sum', async () => {
    const tensors = memory().numTensors;
    const options = { ...small, architecture: 'wide-gru', seeds: 2 } as const;
    const chosen = await chosenOf(options);
    const network = chosen.kept.model.config;
    const parts =
      'architecture' in network && network.architecture === 'sum'
        ? chosen.kept
        : {
            ...chosen.kept,
            model: sumClassifier({
              network: chosen.kept.model as WideGru,
              linear: chosen.linear.model as LinearClassifier,
              networkWeight: 0.75,
              linearWeight: 0.5,
            }),
            features: chosen.linear.features,
            parts: { ...chosen.kept.parts, linear: chosen.linear.parts.linear },
          };
    const { last, events } = await refitted(parts, options);
    expect(last.model.config).toEqual(parts.model.config);
    expect(last.model.config).toMatchObject({ network: { members: 2 } });
    const ended = events.filter((event) => event.type === 'training-ended');
    expect(ended.map(({ state }) => state.epoch)).toEqual([
      ...parts.parts.linear.map(({ epochs }) => epochs),
      parts.parts.networkEpochs,
    ]);
    last.model.dispose();
    parts.model.dispose();
    expect(memory().numTensors).toBe(tensors);
  });

  it('frees what it made when a consumer leaves', async () => {
    const options = { ...small, architecture: 'wide-gru' } as const;
    const { kept } = await chosenOf(options);
    const tensors = memory().numTensors;
    // In the middle of the training of the network, which holds tensors.
    await lastValueFrom(
      refitModel(split, kept, options).pipe(
        first((event) => event.type === 'step' && event.model.startsWith('wide-gru')),
      ),
    );
    expect(memory().numTensors).toBe(tensors);
    kept.model.dispose();
  });
});
