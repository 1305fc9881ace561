import { from, lastValueFrom, map, reduce, toArray } from 'rxjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Row } from '../../src/contracts/rows/Row.js';
import { prepare, type Split } from '../../src/operators/rows/prepare.js';
import { fitSum } from '../../src/models/sum/fitSum.js';
import type { ModelChosen, ModelTrainingEvent } from '../../src/training/ModelChosen.js';
import { weightsOfClasses } from '../../src/training/ModelTrainingOptions.js';
import { trainModel, type TrainModelOptions } from '../../src/training/trainModel.js';
import { textSteps } from '../../src/text/TextSteps.js';
import { collectVectors } from '../../src/text/vectors/collectVectors.js';
import { headlineRows } from '../../src/testing/headlineRows.js';

let split: Split;

beforeAll(async () => {
  const rows: readonly Row[] = headlineRows({ count: 240, seed: 1 });
  split = await lastValueFrom(prepare(from(rows), { text: textSteps(), seed: 3 }));
});

const eventsOf = (options: TrainModelOptions, of = split): Promise<ModelTrainingEvent[]> =>
  lastValueFrom(trainModel(of, options).pipe(toArray()));

const chosenIn = (events: readonly ModelTrainingEvent[]): ModelChosen => {
  const last = events.at(-1);
  if (last?.type !== 'model-chosen') throw new Error('nothing was chosen');
  return last;
};

const dispose = ({ kept, linear }: ModelChosen): void => {
  kept.model.dispose();
  linear.model.dispose();
};

describe('trainModel', () => {
  it('trains a linear model in its settings, and keeps it where rows are few', async () => {
    const events = await eventsOf({});
    const chosen = chosenIn(events);
    expect(chosen.candidates.map(({ candidate }) => candidate.replace(/words (0.5|1), adagrad/, 'adagrad'))).toEqual([
      'linear, words 0.5, sgd',
      'linear, words 1, sgd',
      'linear, adagrad',
    ]);
    expect(chosen.kept).toBe(chosen.linear);
    expect(chosen.why).toMatch(/^kept linear, words .*: \d+ train rows without word vectors are few/);
    expect(chosen.kept.model.config).toMatchObject({ architecture: 'linear' });
    expect(chosen.kept.measured.f1).toBe(Math.max(...chosen.candidates.slice(0, 2).map(({ f1 }) => f1)));
  });

  it('trains a recurrent one beside it on word vectors, and is never worse than the linear one', async () => {
    const words = [...new Set(split.tokenizer.tokens)].slice(2, 200);
    const vectors = await lastValueFrom(
      from(words.map((word, i) => ({ word, values: Float32Array.of(Math.sin(i), Math.cos(i), (i % 7) / 7) }))).pipe(
        collectVectors(),
      ),
    );
    const chosen = chosenIn(await eventsOf({ vectors, hiddenDim: 4, epochs: 1, architecture: 'auto' }));
    const { kept, linear, candidates } = chosen;
    const names = candidates.map(({ candidate }) => candidate);
    if (linear.measured.f1 < 0.995)
      expect(names.slice(3)).toEqual(['wide-gru on vectors', 'wide-gru on vectors + linear']);
    expect(kept.measured.f1).toBeGreaterThanOrEqual(linear.measured.f1);
    dispose(chosen);
  });

  it.each(['wide-gru', 'linear'] as const)('gives equal bits for equal seeds: %s', async (architecture) => {
    const bits = async (): Promise<unknown[]> => {
      const chosen = chosenIn(await eventsOf({ architecture, seed: 5, epochs: 1, hiddenDim: 4 }));
      const state = [...chosen.kept.model.stateDict()];
      const { candidates } = chosen;
      dispose(chosen);
      return [candidates, state];
    };
    expect(await bits()).toEqual(await bits());
  });

  it('divides the logits of what it keeps by the temperature of the validation rows', async () => {
    // With every fifth class wrong, so that no model is right in all of them.
    const rows: readonly Row[] = headlineRows({ count: 240, seed: 1 }).map((row, at, all) =>
      at % 5 === 0 ? { ...row, category: all[(at + 1) % all.length]!.category } : row,
    );
    const noisy = await lastValueFrom(prepare(from(rows), { text: textSteps(), seed: 3 }));
    const chosen = chosenIn(await eventsOf({ architecture: 'linear' }, noisy));
    const { model, source, measured } = chosen.kept;
    expect(measured.accuracy).toBeLessThan(1);
    expect(measured.temperature).not.toBe(1);
    expect(model.config).toMatchObject({ temperature: measured.temperature });
    const loss = await lastValueFrom(
      source.batches('validation', 1).pipe(
        map((batch) => ({ ...model.evaluateBatch(batch), rows: batch.size })),
        reduce((sum, result) => sum + result.loss * result.rows, 0),
      ),
    );
    expect(loss / noisy.rows.validation).toBeCloseTo(measured.loss, 4);
    dispose(chosen);
  });

  it('leaves the logits as they are where every validation row is right, which says nothing of a temperature', async () => {
    const chosen = chosenIn(await eventsOf({ architecture: 'linear' }));
    expect(chosen.kept.measured).toMatchObject({ accuracy: 1, temperature: 1 });
    dispose(chosen);
  });
});

describe('weightsOfClasses', () => {
  it('counts a row as one on average, and each class the same where it is balanced', () => {
    const counts = Int32Array.of(30, 10, 0);
    expect(weightsOfClasses('none', counts)).toBeUndefined();
    const balanced = weightsOfClasses('balanced', counts)!;
    expect(balanced[0]! * 30).toBeCloseTo(balanced[1]! * 10, 5);
    for (const weighting of ['balanced', 'sqrt'] as const) {
      const [a, b] = weightsOfClasses(weighting, counts)!;
      expect(a! * 30 + b! * 10).toBeCloseTo(40, 4);
      expect(b!).toBeGreaterThan(a!);
    }
  });
});

describe('fitSum', () => {
  it('finds the weights at which the loss has no slope', () => {
    const labels = [0, 1, 0, 1, 0, 1];
    const network = [1, 0, 0, 2, 2, 1, 1, 0, 0, 1, 0.5, 0];
    const linear = [0, 1, 1, 3, 2, 0, 0, 1, 1, 0, 0, 0.3];
    const { networkWeight, linearWeight } = fitSum({ network, linear, labels });
    const lossAt = (u: number, v: number): number =>
      labels.reduce((sum, label, row) => {
        const logits = [0, 1].map((c) => u * network[2 * row + c]! + v * linear[2 * row + c]!);
        return sum + Math.log(Math.exp(logits[0]!) + Math.exp(logits[1]!)) - logits[label]!;
      }, 0) /
        labels.length +
      5e-4 * (u * u + v * v);
    const best = lossAt(networkWeight, linearWeight);
    for (const [du, dv] of [
      [0.01, 0],
      [-0.01, 0],
      [0, 0.01],
      [0, -0.01],
    ] as const)
      expect(lossAt(networkWeight + du, linearWeight + dv)).toBeGreaterThan(best);
  });
});
