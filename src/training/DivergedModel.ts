import { type MonoTypeOperatorFunction, tap } from 'rxjs';
import { HeadwaterError } from '../contracts/HeadwaterError.js';
import type { StateDict } from '../contracts/models/StateDict.js';
import type { TextModel } from '../models/artifacts/restoreModel.js';
import type { WideFeatures } from '../text/features/wideFeatures.js';
import type { WordVectors } from '../text/vectors/WordVectors.js';

/** A model whose training ended with a loss that is not a number. */
export interface DivergedModel {
  /** The model's name in the events of its training. */
  readonly name: string;
  readonly config: TextModel['config'];
  /** Its weights at that time. A recurrent model made no step with such a loss; a linear one may have. */
  readonly weights: StateDict;
  /** Its hashed features, where it uses them. */
  readonly features: WideFeatures | undefined;
  /** Its word vectors, where it uses them. */
  readonly vectors: WordVectors | undefined;
}

/** Reports a model whose training ends with `HW_NUMERIC`, before the model is disposed of. */
export const tellingDiverged = <T>(
  told: { next(model: DivergedModel): void } | undefined,
  model: () => DivergedModel,
): MonoTypeOperatorFunction<T> =>
  tap({
    error: (error) => {
      if (told !== undefined && error instanceof HeadwaterError && error.code === 'HW_NUMERIC') told.next(model());
    },
  });
