import type { SchedulerLike } from 'rxjs';
import type { Vocabulary } from '../../contracts/live/Learning.js';
import type { Trainable } from '../../contracts/models/Trainable.js';
import type { LabelEncoder } from '../../text/LabelEncoder.js';
import type { ReadingOptions } from '../../text/textPath.js';

/** Options of `classifyLive`: the model and what it was trained with. */
export interface ClassifyLiveOptions extends ReadingOptions {
  /**
   * The model, or a function that returns the model in use. The function is called once per batch, so the model can be
   * replaced between two batches.
   */
  readonly model: Trainable | (() => Trainable);
  /** The vocabulary that the model was trained with. */
  readonly tokenizer: Vocabulary;
  /** The classes that the model was trained with. */
  readonly labelEncoder: LabelEncoder;
  /**
   * The clock for `latencyMs`. It must be the clock that set `seen`. Default `asyncScheduler`, whose clock is
   * `Date.now`.
   */
  readonly scheduler?: SchedulerLike | undefined;
}
