import type { Subscription } from 'rxjs';
import { concatMap, from, ignoreElements, map, type Observable, startWith, Subject, switchMap } from 'rxjs';
import type { LearningEvent, ModelConfirmed, ModelRolledBack } from '../../contracts/live/Learning.js';
import type { LivePrediction } from '../../contracts/live/Live.js';
import type { Generations } from '../generations/Generations.js';
import { turnScheduler } from '../queue/turnScheduler.js';
import { type Drift, driftWatch } from '../generations/driftWatch.js';
import type { Label } from '../generations/Label.js';

/** What the labels that came say of the model in use. */
export interface LabelScores {
  /** How many labels that is: at most the last 1,000 since the model came in use. */
  readonly labels: number;
  /** The share of them that it had said before it learnt from them. */
  readonly accuracy: number;
}

/** Who hears what labels and live headlines say of the model in use. */
export interface FeedbackListeners {
  readonly drifted: (drift: Drift) => void;
  readonly labelled: (label: Label, scores: LabelScores) => void;
  /** Told of each label that the model has learnt. */
  readonly learnt: () => void;
  /** Told of each end of a trial: what was learnt has proved to be good, or was taken back. */
  readonly tried: (ended: ModelConfirmed | ModelRolledBack) => void;
  readonly failed: (error: unknown) => void;
}

/** What is done with labels. */
export interface Feedback {
  /** Takes a label that was kept: scores it, and has the model learn it where it does. Settled when that is done. */
  readonly take: (label: Label) => Promise<void>;
  /** Has the model in use learn labels again, one in each turn of the event loop. Completes; emits nothing. */
  readonly learnAgain: (labels: readonly Label[]) => Observable<never>;
  readonly watching: Subscription;
}

/** How many labels the accuracy is of. */
const WINDOW = 1000;

/** Calls back when others have had their turn. */
const turn = (): Promise<void> =>
  new Promise((resolve) => {
    turnScheduler.schedule(resolve);
  });

/**
 * Makes what labels and live headlines tell of the model in use: scores, drift, and what the model learns. Another model
 * in use begins anew.
 */
export const feedback = (
  generations: Generations,
  prediction$: Observable<LivePrediction>,
  { drifted, labelled, learnt, tried, failed }: FeedbackListeners,
): Feedback => {
  const label$ = new Subject<Label>();
  let hits: boolean[] = [];
  const watching = generations.change$
    .pipe(
      map(() => undefined),
      startWith(undefined),
      switchMap(() => {
        hits = [];
        const { classes } = generations.inUse.labelEncoder;
        return driftWatch({ label$, prediction$, classes });
      }),
    )
    .subscribe({ next: drifted, error: failed });

  const tell = (event: LearningEvent): void => {
    if (event.type === 'learnt') learnt();
    if (event.type === 'confirmed' || event.type === 'rolled-back') tried(event);
  };
  const learn = (label: Label): void => {
    try {
      for (const event of generations.inUse.learner?.learn(label) ?? []) tell(event);
    } catch (error) {
      failed(error);
    }
  };

  return {
    watching,
    take: async (label) => {
      hits.push(label.predicted === label.category);
      if (hits.length > WINDOW) hits.shift();
      labelled(label, { labels: hits.length, accuracy: hits.filter(Boolean).length / hits.length });
      label$.next(label);
      if (generations.inUse.learner === undefined) return;
      // Requests that came meanwhile go first.
      await turn();
      learn(label);
    },
    learnAgain: (labels) =>
      from(labels).pipe(
        concatMap(async (label) => {
          await turn();
          learn(label);
        }),
        ignoreElements(),
      ),
  };
};
