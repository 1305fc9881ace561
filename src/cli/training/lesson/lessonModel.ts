import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { type ClassifierConfig, classifierConfig, type ClassifierOptions } from '../../../models/ClassifierConfig.js';
import type { Classifier } from '../../../models/classifier.js';
import type { DeferredClassifier } from '../../../models/deferredClassifier.js';
import type { StateDict } from '../../../contracts/models/StateDict.js';
import { classifierOn } from '../../../models/internal/classifierOn.js';
import { initialWeights } from '../../../models/internal/initialWeights.js';
import { warmStart, type WarmStartModel } from '../../../models/warmStart.js';
import type { Split } from '../../../operators/rows/prepare.js';
import type { SelectedBackend } from '../../../ops/backends/selectBackend.js';
import type { Workload } from '../../backends/selfTest.js';
import { weightsOfClasses } from '../../../training/ModelTrainingOptions.js';
import { BATCH_SIZE, numTokensOf, recipeOf } from '../options/recipe.js';
import type { TrainingOptions } from '../options/trainingOptions.js';

/** An allocation error. V8 has two messages: the first for one array, the second for the total memory. */
const isTooLarge = (error: unknown): error is RangeError =>
  error instanceof RangeError && /^(Invalid typed array length|Array buffer allocation failed)/.test(error.message);

/** The configuration for the options, a vocabulary and classes. */
const configOf = (
  options: TrainingOptions,
  sizes: Pick<ClassifierOptions, 'vocabularySize' | 'classes' | 'padIndex'>,
): ClassifierConfig =>
  classifierConfig({
    ...sizes,
    cell: options.cell,
    ...(options.bidirectional !== undefined && { bidirectional: options.bidirectional }),
    embeddingDim: options.embeddingDim,
    hiddenDim: options.hiddenDim,
    fcDim: options.fcDim,
    dropout: options.dropout,
    overPadding: options.overPadding ?? false,
  });

/**
 * Makes the lesson's classifier with the sizes from the options and the data.
 *
 * @param older the model from whose weights it starts, if any
 * @param name its name in events. Default: that of `classifier`
 * @throws HeadwaterError `HW_USAGE` if it does not fit into memory
 */
export const lessonModel = (
  { rows, tokenizer, labelEncoder, classWeights, classCounts }: Split,
  options: TrainingOptions,
  backend: SelectedBackend,
  older?: WarmStartModel,
  name?: string,
): Classifier | DeferredClassifier => {
  const config = configOf(options, {
    vocabularySize: tokenizer.size,
    classes: labelEncoder.size,
    padIndex: tokenizer.padIndex,
  });
  const { embeddingSpread } = recipeOf(options, rows.train);
  const started = (): StateDict | undefined =>
    older &&
    warmStart(older, { weights: initialWeights(config, options.seed, embeddingSpread), tokenizer, labelEncoder });
  try {
    return classifierOn(config, {
      seed: options.seed,
      weights: started(),
      // The lesson's class weights are not scaled, because its losses are means weighted by the class weights.
      classWeights:
        (options.classWeights ?? 'balanced') === 'balanced'
          ? classWeights
          : weightsOfClasses(options.classWeights ?? 'none', classCounts.train),
      backend: backend.name,
      name,
      embeddingSpread,
    });
  } catch (cause) {
    if (!isTooLarge(cause)) throw cause;
    throw new HeadwaterError(
      'HW_USAGE',
      'The model does not fit into memory. Use smaller sizes: --hidden-dim, --embedding-dim, --fc-dim, --num-tokens.',
      { cause },
    );
  }
};

/** The expected workload, before the data gives the numbers of tokens and classes; these are estimates. */
export const workloadOf = (options: TrainingOptions): Omit<Workload, 'threads'> => ({
  config: configOf(options, { vocabularySize: numTokensOf(options), classes: 4 }),
  batchSize: options.batchSize ?? BATCH_SIZE,
  work: 'train',
  deferred: true,
});
