import type { Artifacts } from '../../models/artifacts/Artifacts.js';
import type { ClassifyLiveOptions } from '../../operators/live/classifyLive.js';

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
  /** Called when the model is no longer used. Default: nothing is freed. */
  readonly dispose?: (() => void) | undefined;
}
