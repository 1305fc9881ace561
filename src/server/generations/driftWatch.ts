import { connect, filter, map, merge, type Observable } from 'rxjs';
import type { DriftDetected } from '../../contracts/live/Learning.js';
import type { LivePrediction } from '../../contracts/live/Live.js';
import { adwin } from '../../operators/learning/adwin.js';
import type { Label } from './Label.js';

/** What a mean is of that has changed: of the errors where labels come; of the confidence, or the share of a class. */
export type DriftOf = 'errors' | 'confidence' | 'class-mix';

/** A mean has changed. */
export interface Drift extends Pick<DriftDetected, 'before' | 'after' | 'rows'> {
  readonly of: DriftOf;
  /** The class whose share has changed. */
  readonly class?: string | undefined;
}

/** What is watched. */
export interface DriftSources {
  /** Right classes, with what the model had said. */
  readonly label$: Observable<Label>;
  /** Headlines of feeds, classified. */
  readonly prediction$: Observable<LivePrediction>;
  /** The classes of the model in use. */
  readonly classes: readonly string[];
}

/** The chance of a false alarm, as ADWIN has it; the detectors of all classes share it. */
const DELTA = 0.002;

const driftOf =
  (of: DriftOf, delta = DELTA, name?: string) =>
  (value$: Observable<number>): Observable<Drift> =>
    value$.pipe(
      adwin({ delta }),
      map(({ before, after, rows }) => ({ of, ...(name === undefined ? {} : { class: name }), before, after, rows })),
    );

/**
 * Watches one model for drift by ADWIN: of its errors where labels come, and where they do not, of its confidence and of
 * the share of each class.
 *
 * Holds some dozens of numbers for each class.
 *
 * Errors: those of the sources.
 */
export const driftWatch = ({ label$, prediction$, classes }: DriftSources): Observable<Drift> =>
  merge(
    label$.pipe(
      map(({ predicted, category }) => (predicted === category ? 0 : 1)),
      driftOf('errors'),
    ),
    prediction$.pipe(
      connect((each$) =>
        merge(
          each$.pipe(
            // float32 may be a little above 1.
            map(({ distribution }) => Math.min(1, Math.max(0, distribution[0]?.probability ?? 0))),
            filter((probability) => !Number.isNaN(probability)),
            driftOf('confidence'),
          ),
          ...classes.map((name) =>
            each$.pipe(
              map(({ category }) => (category === name ? 1 : 0)),
              driftOf('class-mix', DELTA / classes.length, name),
            ),
          ),
        ),
      ),
    ),
  );
