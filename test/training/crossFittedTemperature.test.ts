import { from, lastValueFrom, toArray } from 'rxjs';
import { expect, it } from 'vitest';
import type { WideGruConfig } from '../../src/models/wide/WideGruConfig.js';
import type { Row } from '../../src/contracts/rows/Row.js';
import { prepare } from '../../src/operators/rows/prepare.js';
import { withValidationRows } from '../../src/operators/rows/withValidationRows.js';
import { headlineRows } from '../../src/testing/headlineRows.js';
import { textSteps } from '../../src/text/TextSteps.js';
import { crossFittedTemperature } from '../../src/training/crossFittedTemperature.js';
import { trainModel, type TrainModelOptions } from '../../src/training/trainModel.js';
import { chosenIn } from './chosenIn.js';

const SIDES = ['train', 'train', 'train', 'validation', 'test'] as const;

const eventsOf = async (rows: readonly Row[], options: TrainModelOptions = {}) => {
  const split = await lastValueFrom(prepare(from(rows), { text: textSteps(), seed: 3 }));
  const event$ = trainModel(split, { architecture: 'linear', ...options });
  return { split, events: await lastValueFrom(event$.pipe(toArray())) };
};

/** Every third train row has a wrong class, and no validation row has. */
const noisyTrainRows = (count: number): readonly Row[] =>
  headlineRows({ count, seed: 1 }).map((row, at, all) => {
    const side = SIDES[at % SIDES.length]!;
    const wrong = side === 'train' && at % 3 === 0;
    return { ...row, side, category: wrong ? all[(at + 1) % all.length]!.category : row.category };
  });

it('is that of predictions for all rows, and not of the few validation rows alone', async () => {
  const { events } = await eventsOf(noisyTrainRows(200));
  const { kept } = chosenIn(events);
  const { temperature } = kept.model.config as { readonly temperature: number };
  expect(temperature).toBeGreaterThan(1.5 * kept.measured.temperature);
  // The folds are no part of what is shown.
  const models = events.flatMap((event) => (event.type === 'training-started' ? [event.model] : []));
  expect(models.some((model) => model.includes('fold'))).toBe(false);
});

it('divides the logits of a recurrent model and of a sum, too', async () => {
  const settings = { architecture: 'wide-gru', hiddenDim: 8, embeddingDim: 8, epochs: 3 } as const;
  const { split, events } = await eventsOf(noisyTrainRows(120), { ...settings, joinValidation: false });
  const { kept } = chosenIn(events);
  const again = { ...settings, call: 'trainModel', batchSize: 32 };
  const found = await lastValueFrom(crossFittedTemperature(withValidationRows(split), kept, again));
  const joined = chosenIn((await eventsOf(noisyTrainRows(120), settings)).events).kept.model.config;
  const before = kept.model.config;
  const factor = (config: typeof joined): number =>
    'networkWeight' in config ? config.networkWeight : 1 / (config as WideGruConfig).temperature;
  const fitted = 'networkWeight' in before ? before.networkWeight / found! : 1 / found!;
  expect(found).not.toBeCloseTo(1, 2);
  expect(factor(joined)).toBeCloseTo(fitted, 10);
  expect(factor(joined)).not.toBeCloseTo(factor(before), 2);
});

it('is none where a fold would have one class alone', async () => {
  const rows: readonly Row[] = headlineRows({ count: 60, seed: 1 }).map((row, at) => ({
    ...row,
    category: at === 0 ? 'rare' : 'common',
    side: at === 0 ? 'train' : SIDES[at % SIDES.length],
  }));
  const { split, events } = await eventsOf(rows, { joinValidation: false });
  const { kept } = chosenIn(events);
  const found$ = crossFittedTemperature(withValidationRows(split), kept, { call: 'trainModel', batchSize: 32 });
  expect(await lastValueFrom(found$)).toBeUndefined();
});
