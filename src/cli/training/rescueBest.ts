import {
  catchError,
  concatMap,
  map,
  type MonoTypeOperatorFunction,
  type Observable,
  of,
  switchMap,
  tap,
  throwError,
} from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { StateDict } from '../../contracts/StateDict.js';
import type { TrainingEvent } from '../../contracts/TrainingEvent.js';
import type { Classifier } from '../../models/classifier.js';
import type { DeferredClassifier } from '../../models/deferredClassifier.js';
import { encodeArtifacts } from '../../models/artifacts/encodeArtifacts.js';
import type { Split } from '../../operators/rows/prepare.js';
import { writeFiles } from '../../sinks/files/writeFiles.js';
import { fromTask } from '../process/fromTask.js';

/** What is done so that a device that is lost does not take the best weights along. */
export interface Rescue {
  /** Copies the weights of a model on a device whenever they are the best so far. */
  readonly copying: MonoTypeOperatorFunction<TrainingEvent>;
  /** Where the device was lost, saves the copy, and says so with the error. */
  readonly saving: <T>(source: Observable<T>) => Observable<T>;
}

/**
 * Keeps the best weights of one training, for the case that its device is lost.
 *
 * @param out the folder of the artifacts: what is in it stays, and the weights go beside it
 */
export const rescueBest = (
  out: string,
  { text, tokenizer, labelEncoder }: Split,
  model: Classifier | DeferredClassifier,
): Rescue => {
  let best: { readonly epoch: number; readonly weights: StateDict } | undefined;
  return {
    copying: concatMap((event) => {
      if (event.type !== 'epoch' || !event.improved || !('deferred' in model)) return of(event);
      return model.stateDict().pipe(
        tap((weights) => {
          best = { epoch: event.epoch, weights };
        }),
        map(() => event),
      );
    }),
    saving: catchError((error: unknown) => {
      if (best === undefined || !(error instanceof HeadwaterError && error.code === 'HW_BACKEND'))
        return throwError(() => error);
      const { epoch, weights } = best;
      const folder = `${out}.rescued`;
      return fromTask(
        writeFiles(folder, encodeArtifacts({ config: model.config, weights, text, tokenizer, labelEncoder })),
      ).pipe(
        switchMap(() =>
          throwError(
            () =>
              new HeadwaterError(
                'HW_BACKEND',
                `${error.message} The weights of epoch ${epoch}, the best until then, are in ${folder}.`,
                { cause: error },
              ),
          ),
        ),
      );
    }),
  };
};
