import {
  asyncScheduler,
  concat,
  concatMap,
  defer,
  EMPTY,
  finalize,
  from,
  map,
  merge,
  type Observable,
  type ObservableInput,
  of,
  type OperatorFunction,
  ReplaySubject,
  type SchedulerLike,
  Subject,
  type Subscription,
  takeUntil,
  tap,
} from 'rxjs';
import type {
  DriftDetected,
  LateLabel,
  LearningEvent,
  LearningVocabulary,
  ModelSlot,
  Vocabulary,
} from '../../contracts/live/Learning.js';
import type { LiveHeadline } from '../../contracts/live/Live.js';
import type { Row } from '../../contracts/rows/Row.js';
import type { LabelEncoder } from '../../text/LabelEncoder.js';
import { type ReadingOptions, stepsOf, textPath } from '../../text/textPath.js';
import { checkNumber, checkOptions, checkTime, checkWhole } from '../../contracts/checkOption.js';
import { classifyLive } from '../live/classifyLive.js';
import { LONGEST_TIMER } from '../../contracts/runtime/longestTimer.js';
import { Learner } from './internal/Learner.js';
import { LearningLoop } from './internal/LearningLoop.js';

/** Rows that are learnt more than once. */
export interface ReplayOptions {
  /**
   * How many past rows are held, at least 1: a sample of all that there were, each as likely to be in it as any other.
   * Default 2,000.
   */
  readonly capacity?: number | undefined;
  /** How many of them each step learns once more, beside the new ones; at least 1. Default: as many as `batchSize`. */
  readonly rows?: number | undefined;
  /** What the sample begins with: rows of the training, so that they are not forgotten. Default: none. */
  readonly past?: readonly Row[] | undefined;
}

/** How `prequential` predicts and learns. */
export interface PrequentialOptions extends ReadingOptions {
  /** Where the model in use stands, as `modelSlot` makes it. */
  readonly slot: ModelSlot;
  /** The vocabulary that the model was trained with, or a `growingVocabulary` of it: then new words are learnt too. */
  readonly tokenizer: Vocabulary | LearningVocabulary;
  /** The classes that the model was trained with. */
  readonly labelEncoder: LabelEncoder;
  /** The labels of headlines that came without a `category`. Default: there are none. */
  readonly labels$?: Observable<LateLabel> | undefined;
  /**
   * How many headlines may wait for their labels, at least 1; of more, those that came first are let go. Default
   * 10,000.
   */
  readonly maxWaiting?: number | undefined;
  /** How long a headline waits for its label, in milliseconds; Infinity for ever. Default 86,400,000: a day. */
  readonly maxWaitMs?: number | undefined;
  /**
   * How many labelled rows make a step, at least 1. Those that are too few wait for more, and are learnt at the end at
   * the latest. Default 32.
   */
  readonly batchSize?: number | undefined;
  /** The step size of the optimizer, at least 0; 0 to score and not to learn. Default 0.001. */
  readonly learningRate?: number | undefined;
  /** Whether old rows are learnt again with new ones. Default: they are not. */
  readonly replay?: ReplayOptions | undefined;
  /** Decides which rows are replayed: any whole number. Default 1234. */
  readonly seed?: number | undefined;
  /**
   * What watches the errors (1 for each wrong prediction, 0 for others) for drift: `adwin()`, `pageHinkley()`. Default:
   * nothing does.
   */
  readonly drift?: OperatorFunction<number, DriftDetected> | undefined;
  /** The clock, and the timer that `maxWaitMs` runs by. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}

/** What one input makes happen. */
type Work = () => ObservableInput<LearningEvent>;

/**
 * Goes on learning from headlines while it classifies them: predicts each batch, scores every prediction when its label
 * is known, and only then learns from it.
 *
 * Every headline so tests the model before it trains it, and the scores are those of headlines never seen. A label
 * comes with its headline (`category`), or later by `labels$`, which names it by source and id or guid: it is scored by
 * the prediction that was made at the time.
 *
 * ```
 * batches:  --A----------B--------|        A: a without a label, b with one; B: c without
 * labels$:  --------a---------c--|
 *   prequential({ slot, tokenizer, labelEncoder, labels$, batchSize: 2 })
 * events:   --(pps)-(sL)-p----s---(L|)     p: live-prediction, s: scored, L: learnt
 * ```
 *
 * For each input the events come in this order: `swapped` where another model has been put in use, `live-prediction`,
 * `scored`, the end of a trial (`confirmed` or `rolled-back`), `learnt`. Predictions are emitted before the model
 * learns, so that nobody waits for that. `drift` follows the events of the input that it was noticed at. Inputs are
 * worked on in the order in which they come, those too that a consumer pushes from within `next`.
 *
 * A label that names no waiting headline, or a class that the model does not have, is told as `label-unused`; a
 * headline that gets no label, as `unlabelled`. Once the headlines and `labels$` have ended, or the headlines have and
 * none waits, the rows left are learnt and the stream completes. Where `labels$` ends first, the headlines that wait
 * are let go.
 *
 * Equal options, headlines, labels and times of swaps give equal bits. Holds at most `maxWaiting` headlines,
 * `batchSize` rows to learn from, the replay buffer, and what the slot holds; unsubscribing leaves the model as it is.
 *
 * Errors: those of the headlines, of `labels$` and of `drift`; those of `classifyLive`; whatever the model throws.
 *
 * @param options the model, its vocabulary and classes, where labels come from, how it learns
 * @throws HeadwaterError `HW_USAGE` when an option cannot work, `HW_LABEL` when a past row has a class that the label
 *   encoder does not know
 * @see A. P. Dawid, Statistical theory: the prequential approach. Journal of the Royal Statistical Society A 147, 1984;
 *   J. Gama, R. Sebastião and P. P. Rodrigues, On evaluating stream learning algorithms. Machine Learning 90, 2013.
 * @see runningScores for scores of its `scored` events
 *
 * @example
 * ```ts
 * import { lastValueFrom, of } from 'rxjs';
 * import { classifier, classifierConfig, growingVocabulary, LabelEncoder, modelSlot, prequential, Tokenizer, type LiveHeadline } from 'headwater';
 *
 * const words = await lastValueFrom(of('ferry returns port').pipe(Tokenizer.fit()));
 * const tokenizer = growingVocabulary(words, { spare: 100, minTexts: 1 });
 * const model = classifier(classifierConfig({ vocabularySize: tokenizer.size, classes: 2, hiddenDim: 8 }), { seed: 1234 });
 * const headline: LiveHeadline = { id: 0, title: 'Ferry sinks', source: 'stdin', guid: undefined, link: undefined, published: undefined, seen: Date.now(), category: 'World' };
 * of([headline])
 *   .pipe(prequential({ slot: modelSlot(model), tokenizer, labelEncoder: LabelEncoder.of(['Sports', 'World']) }))
 *   .subscribe(({ type }) => console.log(type)); // live-prediction, scored, learnt
 * model.dispose();
 * ```
 */
export const prequential = (options: PrequentialOptions): OperatorFunction<readonly LiveHeadline[], LearningEvent> => {
  checkOptions('prequential', options, '{ slot, tokenizer, labelEncoder }');
  const {
    slot,
    tokenizer,
    labelEncoder,
    text,
    stopWords,
    labels$ = EMPTY,
    drift,
    scheduler = asyncScheduler,
  } = options;
  const {
    maxWaiting = 10_000,
    maxWaitMs = 86_400_000,
    batchSize = 32,
    learningRate = 1e-3,
    replay,
    seed = 1234,
  } = options;
  const { capacity = 2000, rows = batchSize, past = [] } = replay ?? {};
  checkWhole('prequential', 'maxWaiting', maxWaiting, 1);
  checkTime('prequential', 'maxWaitMs', maxWaitMs);
  checkWhole('prequential', 'batchSize', batchSize, 1);
  checkWhole('prequential', 'replay.capacity', capacity, 1);
  checkWhole('prequential', 'replay.rows', rows, 1);
  checkWhole('prequential', 'seed', seed);
  checkNumber('prequential', 'learningRate', learningRate, { from: 0 });
  const { textOf } = textPath(stepsOf({ text, stopWords }));
  const pastTexts = past.map(({ title, category }) => ({ text: textOf(title), label: labelEncoder.encode(category) }));
  const classify = classifyLive({ model: () => slot.current, tokenizer, labelEncoder, text, stopWords, scheduler });

  return (headlines$) =>
    defer(() => {
      const learner = new Learner({
        slot,
        tokenizer,
        batchSize,
        learningRate,
        seed,
        replay: replay === undefined ? { capacity: 0, rows: 0 } : { capacity, rows },
        past: pastTexts,
      });
      const errors$ = new Subject<number>();
      const loop = new LearningLoop({
        slot,
        tokenizer,
        labelEncoder,
        classify,
        textOf,
        learner,
        errors: errors$,
        maxWaiting,
        maxWaitMs,
        scheduler,
      });

      /**
       * Fires when the headlines have ended and none of them waits for its label; with headlines that come at once,
       * before anything else is subscribed to.
       */
      const done$ = new ReplaySubject<void>(1);
      const overdue$ = new Subject<Work>();
      let headlinesEnded = false;
      let timer: Subscription | undefined;

      /** What has to be seen to whenever an input has been worked on. */
      const afterwards = (): void => {
        const { deadline } = loop;
        if (deadline === undefined) {
          if (headlinesEnded) done$.next();
        } else if (deadline < Infinity && timer === undefined) {
          timer = scheduler.schedule(
            () => {
              timer = undefined;
              overdue$.next(() => loop.expire());
            },
            Math.min(Math.max(deadline - scheduler.now(), 0), LONGEST_TIMER),
          );
        }
      };

      const batch$ = concat(
        headlines$.pipe(
          map(
            (headlines): Work =>
              () =>
                loop.batch(headlines),
          ),
        ),
        of((): ObservableInput<LearningEvent> => {
          headlinesEnded = true;
          return EMPTY;
        }),
      );
      const label$ = concat(
        labels$.pipe(
          map(
            (label): Work =>
              () =>
                loop.label(label),
          ),
        ),
        of(() => loop.labelsEnded()),
      );
      const inputs$ = merge(batch$, label$.pipe(takeUntil(done$)), overdue$.pipe(takeUntil(done$)));
      const drift$ = drift === undefined ? EMPTY : errors$.pipe(drift);

      return merge(
        drift$.pipe(map((found): Work => () => [found])),
        concat(
          inputs$,
          of(() => loop.rest()),
        ),
      ).pipe(
        concatMap((work) => from(work()).pipe(tap({ complete: afterwards }))),
        finalize(() => timer?.unsubscribe()),
      );
    });
};
