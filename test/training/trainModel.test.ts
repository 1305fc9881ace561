import { memory } from '@tensorflow/tfjs-core';
import { first, from, lastValueFrom, map, reduce, toArray } from 'rxjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Row } from '../../src/contracts/rows/Row.js';
import { prepare, type Split } from '../../src/operators/rows/prepare.js';
import { fitSum } from '../../src/models/sum/fitSum.js';
import type { CandidateMeasured, ModelChosen, ModelTrainingEvent } from '../../src/training/ModelChosen.js';
import { weightsOfClasses } from '../../src/training/ModelTrainingOptions.js';
import { trainLinear, type TrainLinearOptions } from '../../src/training/trainLinear.js';
import { trainModel, type TrainModelOptions } from '../../src/training/trainModel.js';
import { textSteps } from '../../src/text/TextSteps.js';
import { collectVectors } from '../../src/text/vectors/collectVectors.js';
import { headlineRows } from '../../src/testing/headlineRows.js';
import { chosenIn } from './chosenIn.js';

let split: Split;

beforeAll(async () => {
  const rows: readonly Row[] = headlineRows({ count: 240, seed: 1 });
  split = await lastValueFrom(prepare(from(rows), { text: textSteps(), seed: 3 }));
});

const eventsOf = (options: TrainModelOptions, of = split): Promise<ModelTrainingEvent[]> =>
  lastValueFrom(trainModel(of, options).pipe(toArray()));

const dispose = ({ kept, linear }: ModelChosen): void => {
  kept.model.dispose();
  linear.model.dispose();
};

describe('trainModel', () => {
  it('trains a linear model in its settings, and keeps the one with the lowest loss where rows are few', async () => {
    const events = await eventsOf({});
    const chosen = chosenIn(events);
    expect(chosen.candidates.map(({ candidate }) => candidate)).toEqual([
      'linear, words 0.5, sgd, C 30',
      'linear, words 1, sgd, C 30',
      expect.stringMatching(/^linear, words (0\.5|1), sgd, C 300$/),
    ]);
    expect(chosen.kept).toBe(chosen.linear);
    expect(chosen.why).toMatch(/^kept linear, words .*: \d+ train rows without word vectors are few/);
    expect(chosen.kept.model.config).toMatchObject({ architecture: 'linear' });
    expect(chosen.kept.measured.loss).toBe(Math.min(...chosen.candidates.map(({ loss }) => loss)));
    dispose(chosen);
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
    const chosen = chosenIn(await eventsOf({ architecture: 'linear', joinValidation: false }, noisy));
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

  it('is no surer than the validation rows can tell where every one of them is right', async () => {
    const chosen = chosenIn(await eventsOf({ architecture: 'linear', joinValidation: false }));
    const { measured, source, model } = chosen.kept;
    expect(measured.accuracy).toBe(1);
    const doubt$ = source.batches('validation', 1).pipe(
      map((batch) => ({ probabilities: model.predictBatch(batch), rows: batch.size })),
      reduce((sum, { probabilities, rows }) => {
        for (let b = 0; b < rows; b++)
          sum += 1 - Math.max(...probabilities.subarray(b * model.classes, (b + 1) * model.classes));
        return sum;
      }, 0),
    );
    // Of N rows that are all right, about one of N + 2 may be wrong.
    const doubt = (await lastValueFrom(doubt$)) / split.rows.validation;
    expect(doubt).toBeGreaterThan(0.1 / (split.rows.validation + 2));
    expect(doubt).toBeLessThan(4 / (split.rows.validation + 2));
    dispose(chosen);
  });

  it.each([false, true])('starts a recurrent model from an older one (joinValidation: %s)', async (joins) => {
    const how = { architecture: 'wide-gru', epochs: 1, hiddenDim: 4, joinValidation: joins } as const;
    const { tokenizer, labelEncoder } = split;
    const older = chosenIn(await eventsOf({ ...how, seed: 5 }));
    const warmStart = { weights: older.kept.model.stateDict(), tokenizer, labelEncoder };
    // A learning rate that changes nothing, so that the weights stay as they are.
    const newer = chosenIn(await eventsOf({ ...how, seed: 6, learningRate: 1e-20, warmStart }));
    const networkOf = ({ kept }: ModelChosen) =>
      new Map(
        Array.from(kept.model.stateDict(), ([name, weight]) => [name.replace('network.', ''), weight.data] as const),
      );
    const [before, after] = [networkOf(older), networkOf(newer)];
    for (const name of ['embeddings.values', 'head.weight', 'head.bias', 'rnn.weight_hh_l0']) {
      expect(before.has(name)).toBe(true);
      expect(after.get(name), name).toEqual(before.get(name));
    }
    dispose(older);
    dispose(newer);
  });

  it('refuses an older model of other sizes, and frees what it has made', async () => {
    const tensors = memory().numTensors;
    const how = { architecture: 'wide-gru', epochs: 1, joinValidation: false } as const;
    const older = chosenIn(await eventsOf({ ...how, hiddenDim: 4 }));
    const warmStart = { weights: older.kept.model.stateDict(), ...split };
    dispose(older);
    await expect(eventsOf({ ...how, hiddenDim: 5, warmStart })).rejects.toMatchObject({ code: 'HW_USAGE' });
    expect(memory().numTensors).toBe(tensors);
  });

  it('frees the recurrent model where it is unsubscribed before one is chosen', async () => {
    const tensors = memory().numTensors;
    await lastValueFrom(
      trainModel(split, { architecture: 'wide-gru', epochs: 1, hiddenDim: 4 }).pipe(
        first((event) => event.type === 'candidate' && event.candidate.startsWith('wide-gru + ')),
      ),
    );
    expect(memory().numTensors).toBe(tensors);
  });
});

describe('trainModel with joinValidation', () => {
  it('trains what was chosen once more on the train and validation rows, and leaves the test rows apart', async () => {
    const apart = chosenIn(await eventsOf({ architecture: 'linear', joinValidation: false }));
    const joined = chosenIn(await eventsOf({ architecture: 'linear' }));
    const both = split.rows.train + split.rows.validation;
    expect(apart.kept.source.rows).toEqual(split.rows);
    expect(joined.kept.source.rows).toEqual({ train: both, validation: 0, test: split.rows.test });
    expect(joined.kept.features?.frequencies.documents).toBe(both);
    expect(joined.kept.measured).toEqual(apart.kept.measured);
    expect(joined.candidates).toEqual(apart.candidates);
    expect({ ...joined.kept.model.config, temperature: 1 }).toEqual({ ...apart.kept.model.config, temperature: 1 });
    expect(joined.kept.model.stateDict()).not.toEqual(apart.kept.model.stateDict());
    expect(joined.why).toBe(`${apart.why}; trained again on all ${both} train and validation rows`);
    for (const each of [apart, joined]) dispose(each);
  });

  it('trains a recurrent model and the linear one beside it, and frees those that it replaces', async () => {
    const tensors = memory().numTensors;
    const options = { architecture: 'wide-gru', epochs: 1, hiddenDim: 4 } as const;
    const events = await eventsOf(options);
    const { kept, linear } = chosenIn(events);
    expect(kept.source.rows.train).toBe(split.rows.train + split.rows.validation);
    expect(linear.source.rows.train).toBe(kept.source.rows.train);
    const again = events.flatMap((event) =>
      event.type === 'training-started' && event.model.endsWith(', with validation rows') ? [event.model] : [],
    );
    expect(again).toContain('wide-gru, with validation rows');
    expect(again.some((model) => model.startsWith('linear'))).toBe(true);
    kept.model.dispose();
    linear.model.dispose();
    expect(memory().numTensors).toBe(tensors);
  });

  it.each([
    ['the recurrent model', 'wide-gru'],
    ['the linear model', 'linear'],
  ])('frees all models where it is unsubscribed while %s is trained once more', async (_, name) => {
    const tensors = memory().numTensors;
    await lastValueFrom(
      trainModel(split, { architecture: 'wide-gru', epochs: 1, hiddenDim: 4 }).pipe(
        first(
          (event) =>
            event.type === 'training-started' &&
            event.model.startsWith(name) &&
            event.model.endsWith(', with validation rows'),
        ),
      ),
    );
    expect(memory().numTensors).toBe(tensors);
  });
});

describe('trainLinear', () => {
  it('adds the mean of the models of all optimizers, which is linear too', async () => {
    const events = await lastValueFrom(
      trainLinear(split, {
        wordWeights: [1],
        optimizers: ['sgd', 'adagrad'],
        inverseRegularizations: [30],
        epochs: 2,
      }).pipe(toArray()),
    );
    const candidates = events.filter((event) => event.type === 'candidate');
    expect(candidates.map(({ candidate }) => candidate)).toEqual([
      'linear, words 1, sgd',
      'linear, words 1, adagrad',
      'linear, words 1, sgd + adagrad',
    ]);
    const last = events.at(-1);
    if (last?.type !== 'linear-trained') throw new Error('nothing was trained');
    expect(last.linear.measured.loss).toBe(Math.min(...candidates.map(({ loss }) => loss)));
    last.linear.model.dispose();
  });

  const candidatesOf = async (
    rows: readonly Row[],
    options: TrainLinearOptions,
  ): Promise<readonly CandidateMeasured[]> => {
    const of = await lastValueFrom(prepare(from(rows), { text: textSteps(), seed: 3 }));
    const events = await lastValueFrom(
      trainLinear(of, { wordWeights: [1], optimizers: ['sgd'], ...options }).pipe(toArray()),
    );
    return events.filter((event) => event.type === 'candidate');
  };

  /** Five letters that depend on the number; neighbouring numbers share few of them. */
  const word = (number: number): string =>
    String.fromCharCode(
      ...Array.from({ length: 5 }, (_, at) => 97 + (Math.floor((number * 7919 + 104_729) / 26 ** at) % 26)),
    );

  it('tries smaller weights of the words as long as the loss falls, where the smallest is the best', async () => {
    // Each class has a stem, and every word has another ending, so no word is repeated. Every ninth class is wrong.
    const inflected = Array.from({ length: 240 }, (_, id): Row => {
      const kind = id % 4;
      return { id, title: `${word(kind)}${word(id + 50)}`, category: `class ${id % 9 === 0 ? (kind + 1) % 4 : kind}` };
    });
    const found = await candidatesOf(inflected, { wordWeights: undefined, inverseRegularizations: [30], epochs: 5 });
    const names = found.map(({ candidate }) => candidate);
    expect(names.slice(0, 3)).toEqual(['linear, words 0.5, sgd', 'linear, words 1, sgd', 'linear, words 0.25, sgd']);
    expect(found[0]!.loss).toBeLessThan(found[1]!.loss);
    expect(names.includes('linear, words 0.125, sgd')).toBe(found[2]!.loss < found[0]!.loss);
    const given = await candidatesOf(inflected, { wordWeights: [0.5, 1], inverseRegularizations: [30], epochs: 5 });
    expect(given).toEqual(found.slice(0, 2));
  });

  it('tries a stronger penalty where it is overconfident, and no other where the loss does not fall', async () => {
    const random = headlineRows({ count: 160, seed: 1 }).map((row, at, all) => ({
      ...row,
      category: all[(at * 7 + 3 * (at % 5)) % all.length]!.category,
    }));
    const found = await candidatesOf(random, { epochs: 2 });
    expect(found.map(({ candidate }) => candidate)).toEqual([
      'linear, words 1, sgd, C 30',
      'linear, words 1, sgd, C 300',
      'linear, words 1, sgd, C 3',
    ]);
    expect(found[2]!.loss).toBeGreaterThanOrEqual(Math.min(found[0]!.loss, found[1]!.loss));
    const given = await candidatesOf(random, { epochs: 2, inverseRegularizations: [30] });
    expect(given.map(({ candidate }) => candidate)).toEqual(['linear, words 1, sgd']);
  });

  it('trains longer with a weaker penalty where it is underconfident, unless the epochs are given', async () => {
    // 300 classes with ten rows each and words of their own, of which the train rows do not have all.
    const clear = Array.from({ length: 3000 }, (_, id): Row => {
      const [kind, at] = [id % 300, Math.floor(id / 300)];
      const words = [(at * at + 3 * kind + at) % 14, (5 * at + kind) % 14].map((own) => word(14 * kind + own));
      return { id, title: words.join(' '), category: `class ${kind}` };
    });
    const found = await candidatesOf(clear, {});
    expect(found.map(({ candidate }) => candidate).slice(0, 2)).toEqual([
      'linear, words 1, sgd',
      'linear, words 1, sgd, C 300, 10 epochs',
    ]);
    expect(found[1]!.temperature).toBeGreaterThan(found[0]!.temperature);
    const given = await candidatesOf(clear, { epochs: 5 });
    expect(given).toEqual(found.slice(0, 1));
  });

  it('tries the n-grams of runs where texts have scripts without spaces', async () => {
    const rows = ['台风登陆海岸', '决赛进球获胜', '台风离开海岸', '决赛门将获胜'].flatMap((title, kind) =>
      Array.from({ length: 10 }, (_, at) => ({
        id: 4 * at + kind,
        title: `${title}${at}`,
        category: String(kind % 2),
      })),
    );
    const found = await candidatesOf(rows, { epochs: 2, inverseRegularizations: [30] });
    expect(found.map(({ candidate }) => candidate)).toEqual(['linear, words 1, sgd', 'linear, words 1, runs, sgd']);
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
