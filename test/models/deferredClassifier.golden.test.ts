import { lastValueFrom } from 'rxjs';
import { expect, it } from 'vitest';
import type { StateDict } from '../../src/contracts/models/StateDict.js';
import { classifierConfig } from '../../src/models/ClassifierConfig.js';
import { deferredClassifier } from '../../src/models/deferredClassifier.js';
import { expectValuesClose } from '../ops/expectClose.js';
import { describeOnWebgpu } from '../ops/webgpu/webgpu.js';
import { describeWithShared, readGolden } from '../shared.js';

interface Values {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface ClassifierGolden {
  readonly tokens: readonly (readonly number[])[];
  readonly lengths: readonly number[];
  readonly targets: readonly number[];
  readonly class_weights: readonly number[];
  readonly lr: number;
  readonly state: Readonly<Record<string, Values>>;
  readonly steps: readonly { readonly loss: number; readonly state_after: Readonly<Record<string, Values>> }[];
}

/** The golden's `emb.` is the lesson's `embeddings.`. */
const ourNames = (named: Readonly<Record<string, Values>>): StateDict =>
  new Map(
    Object.entries(named).map(([name, { shape, data }]) => [
      name.replace(/^emb\./, 'embeddings.'),
      { shape, data: Float32Array.from(data) },
    ]),
  );

describeWithShared("the lesson's classifiers make PyTorch's three Adam steps", () => {
  describeOnWebgpu('on WebGPU', () => {
    it.each(['rnn', 'gru'] as const)(
      '%s',
      async (cell) => {
        const golden = readGolden(`classifier_${cell}.json`) as ClassifierGolden;
        const { tokens, lengths, targets } = golden;
        const config = classifierConfig({
          cell,
          vocabularySize: 20,
          classes: 4,
          embeddingDim: 6,
          hiddenDim: 8,
          fcDim: 5,
          dropout: 0,
          overPadding: true,
        });
        const model = deferredClassifier(config, {
          seed: 1,
          classWeights: Float32Array.from(golden.class_weights),
          weights: ourNames(golden.state),
        });
        const batch = {
          size: tokens.length,
          time: tokens[0]!.length,
          tokens: Int32Array.from(tokens.flat()),
          lengths: Int32Array.from(lengths),
          ids: Int32Array.from(tokens.keys()),
          labels: Int32Array.from(targets),
        };
        for (const wanted of golden.steps) {
          const { loss } = await lastValueFrom(model.trainBatch(batch, { epoch: 1, step: 0, learningRate: golden.lr }));
          expect(Math.abs(loss - wanted.loss)).toBeLessThan(1e-4);
          const after = await lastValueFrom(model.stateDict());
          for (const [name, values] of ourNames(wanted.state_after))
            expectValuesClose(name, after.get(name)!, values, 1e-4);
        }
        model.dispose();
      },
      120_000,
    );
  });
});
