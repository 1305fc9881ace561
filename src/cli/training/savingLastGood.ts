import { catchError, type Observable, switchMap, throwError } from 'rxjs';
import type { Checkpoint } from '../../contracts/training/Checkpoint.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { StateDict } from '../../contracts/models/StateDict.js';
import { encodeArtifacts } from '../../models/artifacts/encodeArtifacts.js';
import type { Classifier } from '../../models/classifier.js';
import type { DeferredClassifier } from '../../models/deferredClassifier.js';
import type { Split } from '../../operators/rows/prepare.js';
import { writeFiles } from '../../sinks/files/writeFiles.js';
import { fromTask } from '../process/fromTask.js';

const isFinite = (state: StateDict): boolean =>
  Array.from(state.values()).every(({ data }) => data.every((value) => Number.isFinite(value)));

/**
 * Where a training ends with a loss that is no number, saves the last good weights beside the artifacts, in
 * `<out>.last-good`: those before the step, or where the model has lost them, those of the last checkpoint.
 *
 * @param last the last checkpoint that was taken
 */
export const savingLastGood =
  (
    out: string,
    { text, tokenizer, labelEncoder }: Split,
    model: Classifier | DeferredClassifier,
    last: () => Checkpoint | undefined,
  ) =>
  <T>(source: Observable<T>): Observable<T> =>
    source.pipe(
      catchError((error: unknown) => {
        if (!(error instanceof HeadwaterError && error.code === 'HW_NUMERIC')) return throwError(() => error);
        const present = 'deferred' in model ? undefined : model.stateDict();
        const weights = present !== undefined && isFinite(present) ? present : last()?.weights;
        if (weights === undefined || !isFinite(weights)) return throwError(() => error);
        const folder = `${out}.last-good`;
        return fromTask(
          writeFiles(folder, encodeArtifacts({ config: model.config, weights, text, tokenizer, labelEncoder })),
        ).pipe(
          switchMap(() =>
            throwError(
              () =>
                new HeadwaterError('HW_NUMERIC', `${error.message} The last good weights are in ${folder}.`, {
                  cause: error,
                  where: error.where,
                }),
            ),
          ),
        );
      }),
    );
