import type { ScheduleName } from './ScheduleName.js';
import type { RateSchedule } from '../../../contracts/models/RateSchedule.js';
import { oneCycle } from '../../../ops/optimizers/rateSchedules.js';
import type { TrainingOptions } from './trainingOptions.js';

/** The training settings after all defaults are resolved. */
export interface Recipe {
  readonly epochs: number;
  readonly lr: number;
  readonly schedule: ScheduleName;
  /** The standard deviation of the initial embeddings. */
  readonly embeddingSpread: number;
  readonly numTokens: number;
}

/**
 * The default batch size in rows, and the default number of epochs without improvement before a training ends: those of
 * the lesson.
 */
export const BATCH_SIZE = 64;
export const PATIENCE = 10;

const LESSON = { epochs: 50, lr: 1e-4, embeddingSpread: 1, numTokens: 5000 };

/** With few rows, many epochs are needed: the weights need about this number of steps to converge. */
const LEAST_STEPS = 200;
const LEAST_EPOCHS = 3;
const MOST_EPOCHS = 30;

/**
 * Resolves the training settings that the options leave open.
 *
 * With `--text lesson`, they are those of the lesson. Otherwise, the learning rate makes one cycle up to 3e-3, the
 * initial embeddings are near zero, and the number of epochs follows from the number of rows.
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

/** The maximum number of tokens in the vocabulary. */
export const numTokensOf = ({ numTokens, text }: TrainingOptions): number =>
  numTokens ?? (text === 'lesson' ? LESSON.numTokens : 30_000);

/** The schedule of a recipe; undefined if the rate follows the validation loss. */
export const scheduleOf = ({ schedule }: Recipe): RateSchedule | undefined =>
  schedule === 'one-cycle' ? oneCycle() : undefined;
