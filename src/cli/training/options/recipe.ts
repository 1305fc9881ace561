import type { RateSchedule } from '../../../contracts/models/RateSchedule.js';
import { oneCycle } from '../../../ops/optimizers/rateSchedules.js';
import type { TrainingOptions } from './trainingOptions.js';

/** How the learning rate goes: up and down once over all epochs, or down where the validation loss stops falling. */
export type ScheduleName = 'one-cycle' | 'plateau';

/** What the options leave open, settled. */
export interface Recipe {
  readonly epochs: number;
  readonly lr: number;
  readonly schedule: ScheduleName;
  /** The standard deviation of the embeddings that a model starts from. */
  readonly embeddingSpread: number;
  readonly numTokens: number;
}

/** Rows in a batch, and epochs without progress that a training stands, where the options say nothing: the lesson's. */
export const BATCH_SIZE = 64;
export const PATIENCE = 10;

/** The lesson's recipe. */
const LESSON = { epochs: 50, lr: 1e-4, embeddingSpread: 1, numTokens: 5000 };

/** Few rows need many epochs: the weights take about so many steps to settle. */
const LEAST_STEPS = 200;
const LEAST_EPOCHS = 3;
const MOST_EPOCHS = 30;

/**
 * Settles how a training goes where the options do not say.
 *
 * With `--text lesson` it is the lesson's. Otherwise the learning rate makes one cycle up to 3e-3, the embeddings start
 * near zero, and the number of epochs follows from the number of rows.
 *
 * @param trainRows the number of rows that are trained on
 */
export const recipeOf = (options: TrainingOptions, trainRows: number): Recipe => {
  const isLesson = options.text === 'lesson';
  const schedule = options.schedule ?? (isLesson ? 'plateau' : 'one-cycle');
  const enough = Math.ceil((LEAST_STEPS * (options.batchSize ?? BATCH_SIZE)) / Math.max(1, trainRows));
  const own =
    schedule === 'plateau' ? LESSON : { epochs: Math.min(MOST_EPOCHS, Math.max(LEAST_EPOCHS, enough)), lr: 3e-3 };
  return {
    schedule,
    epochs: options.epochs ?? own.epochs,
    lr: options.lr ?? own.lr,
    embeddingSpread: options.embeddingSpread ?? (isLesson ? LESSON.embeddingSpread : 0.1),
    numTokens: numTokensOf(options),
  };
};

/** The most tokens of the vocabulary. */
export const numTokensOf = ({ numTokens, text }: TrainingOptions): number =>
  numTokens ?? (text === 'lesson' ? LESSON.numTokens : 30_000);

/** The schedule of a recipe; undefined where the rate follows the validation loss. */
export const scheduleOf = ({ schedule }: Recipe): RateSchedule | undefined =>
  schedule === 'one-cycle' ? oneCycle() : undefined;
