import { concatMap, defer, finalize, type Observable, of, tap } from 'rxjs';
import type { TrainingEvent } from '../contracts/training/TrainingEvent.js';
import type { TextModel } from '../models/artifacts/restoreModel.js';
import type { Split } from '../operators/rows/prepare.js';
import { withValidationRows } from '../operators/rows/withValidationRows.js';
import { crossFittedTemperature } from './crossFittedTemperature.js';
import type { ModelChosen, TrainedCandidate } from './ModelChosen.js';
import { retrain, type Retrained, type RetrainOptions } from './retrain.js';

/**
 * The number of train rows below which the final model is also trained on the validation rows. There these add about
 * 0.01 of F1, and a second training takes little time.
 */
const FEW_ROWS = 9000;
/** The number of train rows below which the temperature is fitted on folds, because there are few validation rows. */
const FEW_TO_CALIBRATE = 1000;

/** Whether the chosen model is trained again on the train and validation rows together. */
export const joinsValidation = (
  { rows }: Split,
  { joinValidation = rows.train < FEW_ROWS }: { readonly joinValidation?: boolean | undefined },
): boolean => joinValidation && rows.validation > 0;

/**
 * Trains the chosen models again on the train and validation rows. The originals are disposed of. On an error, and on
 * unsubscribing before the last event, the new models are disposed of, too.
 */
export const joinValidation = (
  split: Split,
  chosen: ModelChosen,
  options: Omit<RetrainOptions, 'called'>,
): Observable<TrainingEvent | ModelChosen> =>
  defer(() => {
    const { kept, linear } = chosen;
    const joined = withValidationRows(split);
    /** The models that the receiver does not own. */
    const owned = new Set<TextModel>([kept.model, linear.model]);
    const again = (
      candidate: TrainedCandidate,
      temperature: number | undefined,
      then: (retrained: Retrained) => Observable<TrainingEvent | ModelChosen>,
    ): Observable<TrainingEvent | ModelChosen> =>
      retrain(joined, candidate, { ...options, called: 'with validation rows', temperature }).pipe(
        concatMap((event) => {
          if (event.type !== 'retrained') return of(event);
          owned.add(event.model);
          return then(event);
        }),
      );
    const replaced = (candidate: TrainedCandidate, { model, features, source }: Retrained): TrainedCandidate => ({
      ...candidate,
      model,
      features,
      source,
    });
    const ended = (now: Pick<ModelChosen, 'kept' | 'linear'>): Observable<ModelChosen> => {
      owned.delete(now.kept.model);
      owned.delete(now.linear.model);
      const rows = joined.rows.train.toLocaleString('en');
      return of({
        ...chosen,
        ...now,
        why: `${chosen.why}; trained again on all ${rows} train and validation rows`,
      });
    };
    const onlyLinear = (temperature: number | undefined): Observable<TrainingEvent | ModelChosen> =>
      again(kept, temperature, (only) => {
        const now = replaced(kept, only);
        return ended({ kept: now, linear: now });
      });
    const both = (temperature: number | undefined): Observable<TrainingEvent | ModelChosen> =>
      again(kept, temperature, (retrained) => {
        const now = replaced(kept, retrained);
        // The linear part of a sum is also the linear model for the comparison.
        if (retrained.linear !== undefined)
          return ended({ kept: now, linear: replaced(linear, { ...retrained, model: retrained.linear }) });
        return again(linear, undefined, (other) => ended({ kept: now, linear: replaced(linear, other) }));
      });
    // The folds start without the older model, which may know their rows. Such networks say nothing about this one.
    const isStarted = options.warmStart !== undefined && kept.parts.networkEpochs !== undefined;
    const temperature$ =
      split.rows.train < FEW_TO_CALIBRATE && !isStarted ? crossFittedTemperature(joined, kept, options) : of(undefined);
    const disposeAll = (): void => {
      for (const model of owned) model.dispose();
      owned.clear();
    };
    return temperature$.pipe(
      // Only the settings of the first models are still needed, so their memory is free for the new ones.
      tap(disposeAll),
      concatMap(kept === linear ? onlyLinear : both),
      finalize(disposeAll),
    );
  });
