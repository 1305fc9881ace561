import { type MonoTypeOperatorFunction, tap } from 'rxjs';
import { HeadwaterError } from '../contracts/HeadwaterError.js';
import type { StateDict } from '../contracts/models/StateDict.js';
import type { TextModel } from '../models/artifacts/restoreModel.js';
import type { WideFeatures } from '../text/features/wideFeatures.js';
import type { WordVectors } from '../text/vectors/WordVectors.js';

/** A model whose training ended with a loss that is no number. */
export interface DivergedModel {
  /** What the events of its training call it. */
  readonly name: string;
  readonly config: TextModel['config'];
  /** Its weights then. A recurrent model has made no step with such a loss; a linear one may have. */
  readonly weights: StateDict;
  /** Its hashed features, where it reads them. */
  readonly features: WideFeatures | undefined;
  /** Its word vectors, where it reads them. */
  readonly vectors: WordVectors | undefined;
}

/** Tells of a model whose training ends with `HW_NUMERIC`, before it is disposed of. */
export const tellingDiverged = <T>(
  told: { next(model: DivergedModel): void } | undefined,
  model: () => DivergedModel,
): MonoTypeOperatorFunction<T> =>
  tap({
    error: (error) => {
      if (told !== undefined && error instanceof HeadwaterError && error.code === 'HW_NUMERIC') told.next(model());
    },
  });
