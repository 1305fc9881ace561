import type { Trainable } from '../../contracts/models/Trainable.js';
import type { Artifacts } from '../../models/artifacts/Artifacts.js';
import type { ClassifyLiveOptions } from '../../operators/live/ClassifyLiveOptions.js';

/** A model and its parts. They are replaced together. */
export interface ServedModel extends Pick<
  ClassifyLiveOptions,
  'model' | 'tokenizer' | 'labelEncoder' | 'text' | 'stopWords'
> {
  /**
   * The configuration, the training and the scores of the model, for `GET /model` and the page. Artifacts have these
   * fields. Default: none.
   */
  readonly about?: Partial<Pick<Artifacts, 'modelId' | 'config' | 'performance' | 'training'>> | undefined;
  /**
   * Makes a copy of the model that does not learn, if the model learns from labels. The event `label` then says how
   * often it is right, so that the effect of the learning can be seen. Default: the event does not say it.
   */
  readonly unlearnt?: (() => Trainable & { dispose?(): void }) | undefined;
  /** Called when the model is no longer used. Default: nothing is freed. */
  readonly dispose?: (() => void) | undefined;
}
