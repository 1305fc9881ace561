import type { Subscription } from 'rxjs';
import {
  concatMap,
  defer,
  firstValueFrom,
  from,
  ignoreElements,
  of,
  map,
  type Observable,
  startWith,
  Subject,
  switchMap,
} from 'rxjs';
import type { LearningEvent, ModelConfirmed, ModelRolledBack } from '../../contracts/live/Learning.js';
import type { LiveHeadline, LivePrediction } from '../../contracts/live/Live.js';
import { LastLabels } from '../../contracts/live/LastLabels.js';
import type { Generation } from '../generations/Generation.js';
import type { Generations } from '../generations/Generations.js';
import { turnScheduler } from '../queue/turnScheduler.js';
import { type Drift, driftWatch } from '../generations/driftWatch.js';
import type { Label } from '../generations/Label.js';
import { labelledHeadline } from '../generations/labelLearner.js';

/** The scores of the model in use on the labels. */
export interface LabelScores {
  /** The number of labels: at most the last 1,000 since the model was put in use. */
  readonly labels: number;
  /** The share of labels that the model predicted correctly before it learnt from them. */
  readonly accuracy: number;
  /** The share that the model would have predicted correctly without learning. Left out if it is not known. */
  readonly accuracyBefore?: number | undefined;
}

/** The predictions for a label: whether they were right, with the learning and without it. */
interface Hit {
  readonly learning: boolean;
  readonly before: boolean | undefined;
}

/** Callbacks for labels and drift of the model in use. */
export interface FeedbackListeners {
  readonly drifted: (drift: Drift) => void;
  readonly labelled: (label: Label, scores: LabelScores) => void;
  /** Called for each label that the model has learnt. */
  readonly learnt: () => void;
  /** Called at each end of a trial: the learning was confirmed or rolled back. */
  readonly tried: (ended: ModelConfirmed | ModelRolledBack) => void;
  readonly failed: (error: unknown) => void;
}

/** The functions that process labels. */
export interface Feedback {
  /** Processes a stored label: scores the model and, if it learns, trains it. Settles afterwards. */
  readonly take: (label: Label) => Promise<void>;
  /** Trains the model in use on earlier labels, one in each turn of the event loop. Completes; emits nothing. */
  readonly learnAgain: (labels: readonly Label[]) => Observable<never>;
  readonly watching: Subscription;
}

/** The maximum number of labels for the accuracy. */
const WINDOW = 1000;

/** Resolves after other work had a turn of the event loop. */
const turn = (): Promise<void> =>
  new Promise((resolve) => {
    turnScheduler.schedule(resolve);
  });

/**
 * Makes the feedback of the model in use: scores, drift, and learning from labels. It starts again for each new model.
 */
export const feedback = (
  generations: Generations,
  prediction$: Observable<LivePrediction>,
  { drifted, labelled, learnt, tried, failed }: FeedbackListeners,
): Feedback => {
  const label$ = new Subject<Label>();
  let hits = new LastLabels<Hit>();
  const watching = generations.change$
    .pipe(
      map(() => undefined),
      startWith(undefined),
      switchMap(() => {
        hits = new LastLabels();
        const { classes } = generations.inUse.labelEncoder;
        return driftWatch({ label$, prediction$, classes });
      }),
    )
    .subscribe({ next: drifted, error: failed });

  const tell = (event: LearningEvent): void => {
    if (event.type === 'learnt') learnt();
    if (event.type === 'confirmed' || event.type === 'rolled-back') tried(event);
  };
  /** A model does not learn labels that were scored by the model before it. */
  const learn = (generation: Generation, label: Label): void => {
    if (generations.inUse !== generation) return;
    try {
      for (const event of generation.learner?.learn(label) ?? []) tell(event);
    } catch (error) {
      failed(error);
    }
  };

  /** Whether the model would have been right without learning. */
  const wasRight = async ({ unlearnt }: Generation, label: Label): Promise<boolean | undefined> => {
    if (unlearnt === undefined) return undefined;
    const headlines: readonly LiveHeadline[] = [labelledHeadline(label, 0)];
    const { category } = await firstValueFrom(of(headlines).pipe(unlearnt));
    return category === label.category;
  };

  const scoresOf = (all: readonly Hit[]): LabelScores => {
    const share = (of: keyof Hit): number => all.filter((hit) => hit[of] === true).length / Math.max(1, all.length);
    const isKnown = all.length > 0 && all.every(({ before }) => before !== undefined);
    return {
      labels: all.length,
      accuracy: share('learning'),
      ...(isKnown ? { accuracyBefore: share('before') } : {}),
    };
  };

  return {
    watching,
    take: async (label) => {
      const { inUse } = generations;
      // Another model may have been put in use while the label was stored.
      if (label.model === inUse.id) {
        hits.add(label, {
          learning: label.predicted === label.category,
          before: await wasRight(inUse, label),
        });
        if (hits.size > WINDOW) hits.shift();
      }
      labelled(label, scoresOf([...hits.values()]));
      if (label.model !== inUse.id) return;
      label$.next(label);
      if (inUse.learner === undefined) return;
      // Requests that arrived in the meantime have priority.
      await turn();
      learn(inUse, label);
    },
    learnAgain: (labels) =>
      defer(() => {
        const { inUse } = generations;
        return from(labels).pipe(
          concatMap(async (label) => {
            await turn();
            learn(inUse, label);
          }),
          ignoreElements(),
        );
      }),
  };
};
