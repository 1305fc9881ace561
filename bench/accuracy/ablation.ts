import {
  batchSource,
  type CandidateMeasured,
  DocumentFrequencies,
  fit,
  linearClassifier,
  linearConfig,
  type LinearOptions,
  linearRate,
  type LinearTrained,
  type NetworkTrained,
  preprocess,
  rowEncoder,
  rowsOf,
  type Split,
  textSteps,
  type TrainedCandidate,
  trainLinear,
  trainNetwork,
  type TrainingEvent,
  wideFeatures,
  type WordVectors,
} from 'headwater';
import { filter, lastValueFrom, map, of } from 'rxjs';
import { prepared, rowsWithSides, type Sides } from './sides.js';
import { measureTest, trainOurs } from './trainOurs.js';

/** A model with one part removed or changed, and its score on the test rows. */
export interface AblationResult {
  readonly part: string;
  readonly f1: number;
  readonly ece: number;
}

/** The settings in which a linear model on its own is varied. */
interface LinearVariant extends Pick<LinearOptions, 'optimizer' | 'inverseRegularization' | 'dropout'> {
  readonly cased?: boolean;
  readonly unseen?: 'keep';
}

/** The default epochs of the linear model: five epochs of SGD, with the rate falling from 1.5. */
const EPOCHS = 5;

/** Trains one linear model in one setting. */
const measureLinear = async (
  split: Split,
  seed: number,
  { cased = true, unseen, ...how }: LinearVariant,
): Promise<Omit<AblationResult, 'part'>> => {
  const frequencies = await lastValueFrom(
    rowsOf(split, 'train').pipe(
      preprocess({ text: textSteps() }),
      map((row) => row.text),
      DocumentFrequencies.fit({ cased }),
    ),
  );
  const features = wideFeatures(frequencies, { wordWeight: 0.5, unseen });
  const source = batchSource(split, {
    encoder: rowEncoder({ tokenizer: split.tokenizer, features, text: split.text }),
  });
  const config = linearConfig({ classes: split.labelEncoder.size, columns: features.columns, ...how });
  const model = linearClassifier(config, { trainRows: split.rows.train, seed });
  const learningRate = config.optimizer === 'adagrad' ? 0.3 : 1.5;
  await lastValueFrom(
    of(source).pipe(fit(model, { epochs: EPOCHS, learningRate, schedule: linearRate(), keep: 'last', steps: [] })),
  );
  const { f1, calibration } = await measureTest({ model, source }, split.labelEncoder.classes);
  return { f1, ece: calibration.ece };
};

/** Measures the network of a training, before anything is added to it. */
const measureNetwork = async (
  split: Split,
  seed: number,
  vectors: WordVectors | undefined,
): Promise<Omit<AblationResult, 'part'>> => {
  const { linear } = await lastValueFrom(
    trainLinear(split, { seed, vectors, batchSize: 128, wordWeights: [0.5], optimizers: ['sgd'] }).pipe(
      filter((event: TrainingEvent | CandidateMeasured | LinearTrained) => event.type === 'linear-trained'),
    ),
  );
  const { network } = await lastValueFrom(
    trainNetwork(split, { seed, vectors, beside: linear }).pipe(
      filter((event: TrainingEvent | CandidateMeasured | NetworkTrained) => event.type === 'network-trained'),
    ),
  );
  try {
    return await scoreOf(network, split);
  } finally {
    network.model.dispose();
  }
};

const scoreOf = async (candidate: TrainedCandidate, split: Split): Promise<Omit<AblationResult, 'part'>> => {
  const { f1, calibration } = await measureTest(candidate, split.labelEncoder.classes);
  return { f1, ece: calibration.ece };
};

/** Measures the contribution of each part of the model, on one split. */
export async function* measureAblation(
  sides: Sides,
  seed: number,
  vectors: WordVectors | undefined,
): AsyncGenerator<AblationResult> {
  const split = await lastValueFrom(prepared(rowsWithSides(sides), seed));
  if (vectors !== undefined) {
    yield { part: 'the whole model, with word vectors', ...(await trainOurs(sides, { seed, vectors })) };
    yield { part: 'its network alone, with word vectors', ...(await measureNetwork(split, seed, vectors)) };
  }
  yield { part: 'the whole model, without word vectors', ...(await trainOurs(sides, { seed })) };
  yield { part: 'its network alone, without word vectors', ...(await measureNetwork(split, seed, undefined)) };
  yield { part: 'linear', ...(await trainOurs(sides, { seed, architecture: 'linear' })) };
  const variants: readonly (readonly [string, LinearVariant])[] = [
    ['linear in one setting, without temperature', {}],
    ['… without the features of words as written', { cased: false }],
    ['… with features that no train row has', { unseen: 'keep' }],
    ['… without the L2 penalty', { inverseRegularization: 1e6 }],
    ['… by Adagrad with dropout', { optimizer: 'adagrad' }],
  ];
  for (const [part, how] of variants) yield { part, ...(await measureLinear(split, seed, how)) };
}
