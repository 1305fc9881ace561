import {
  concatMap,
  connect,
  defer,
  filter,
  ignoreElements,
  map,
  merge,
  type MonoTypeOperatorFunction,
  type Observable,
  type OperatorFunction,
  tap,
} from 'rxjs';
import type { DriftDetected } from '../../contracts/live/Learning.js';
import type { LivePrediction } from '../../contracts/live/Live.js';
import { adwin } from '../../operators/learning/adwin.js';
import type { Label } from './Label.js';

/** What has changed: the error rate (if there are labels), the confidence, or the share of a class. */
export type DriftOf = 'errors' | 'confidence' | 'class-mix';

/** A mean has changed. */
export interface Drift extends Pick<DriftDetected, 'before' | 'after' | 'rows'> {
  readonly of: DriftOf;
  /** The class whose share has changed. */
  readonly class?: string | undefined;
}

/** The inputs of the drift watch. */
export interface DriftSources {
  /** Right classes, with the model's earlier predictions. */
  readonly label$: Observable<Label>;
  /** Classified headlines of feeds. */
  readonly prediction$: Observable<LivePrediction>;
  /** The classes of the model in use. */
  readonly classes: readonly string[];
}

/** The probability of a false alarm (delta of ADWIN). The detectors of all classes share it. */
const DELTA = 0.002;

/**
 * Passes on each change once. ADWIN keeps a part of the old values after a change, and often finds the same change
 * again: it then compares with a mean that is nearer to the one before the change than to the one after it.
 */
const eachOnce = (): MonoTypeOperatorFunction<DriftDetected> => (drift$) =>
  defer(() => {
    let told: DriftDetected | undefined;
    return drift$.pipe(
      filter((drift) => {
        const { before, after } = drift;
        const isSame =
          told !== undefined &&
          after > before === told.after > told.before &&
          Math.abs(before - told.before) < Math.abs(before - told.after);
        if (!isSame) told = drift;
        return !isSame;
      }),
    );
  });

/** The minimum and maximum number of further values that must confirm a change. */
const CONFIRMED_BY = { least: 100, most: 1000 };

/**
 * Detects changes that last. ADWIN assumes that the values are independent. Headlines of a feed about one topic arrive
 * together and break this assumption: each reading of the feed would look like a change, and the next one like a change
 * back. So a change counts only if the mean of the values after it is nearer to the new mean than to the old one.
 */
const lastingDrift =
  (delta: number): OperatorFunction<number, DriftDetected> =>
  (value$) =>
    defer(() => {
      let pending: { readonly drift: DriftDetected; readonly wanted: number; rows: number; sum: number } | undefined;
      const found = (drift: DriftDetected): void => {
        const before = pending?.drift.before ?? drift.before;
        const isBack =
          pending !== undefined && Math.abs(drift.after - before) < Math.abs(drift.after - pending.drift.after);
        if (isBack) pending = undefined;
        else if (pending === undefined) {
          const wanted = Math.min(CONFIRMED_BY.most, Math.max(CONFIRMED_BY.least, drift.rows));
          pending = { drift, wanted, rows: 0, sum: 0 };
        }
      };
      const confirm = (value: number): readonly DriftDetected[] => {
        if (pending === undefined) return [];
        pending.rows += 1;
        pending.sum += value;
        const { drift, wanted, rows, sum } = pending;
        if (rows < wanted) return [];
        pending = undefined;
        const after = sum / rows;
        const lasts = Math.abs(after - drift.after) < Math.abs(after - drift.before);
        return lasts ? [{ ...drift, after, rows: drift.rows + rows }] : [];
      };
      return value$.pipe(
        connect((each$) =>
          merge(each$.pipe(concatMap(confirm)), each$.pipe(adwin({ delta }), tap(found), ignoreElements())),
        ),
      );
    });

const driftOf =
  (of: DriftOf, detect: OperatorFunction<number, DriftDetected>, name?: string) =>
  (value$: Observable<number>): Observable<Drift> =>
    value$.pipe(
      detect,
      eachOnce(),
      map(({ before, after, rows }) => ({ of, ...(name === undefined ? {} : { class: name }), before, after, rows })),
    );

/**
 * Detects drift of one model with ADWIN. It watches the errors on labels and, for the headlines of feeds, which have no
 * labels, the confidence and the share of each class.
 *
 * Holds a few dozen numbers for each class.
 *
 * Errors: those of the sources.
 */
export const driftWatch = ({ label$, prediction$, classes }: DriftSources): Observable<Drift> =>
  merge(
    label$.pipe(
      map(({ predicted, category }) => (predicted === category ? 0 : 1)),
      driftOf('errors', adwin({ delta: DELTA })),
    ),
    prediction$.pipe(
      connect((each$) =>
        merge(
          each$.pipe(
            // Rounding of float32 can give a value slightly above 1.
            map(({ distribution }) => Math.min(1, Math.max(0, distribution[0]?.probability ?? 0))),
            filter((probability) => !Number.isNaN(probability)),
            driftOf('confidence', lastingDrift(DELTA)),
          ),
          ...classes.map((name) =>
            each$.pipe(
              map(({ category }) => (category === name ? 1 : 0)),
              driftOf('class-mix', lastingDrift(DELTA / classes.length), name),
            ),
          ),
        ),
      ),
    ),
  );
