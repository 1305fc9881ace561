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
import { withHolding } from '../../contracts/flow/FlowProbe.js';
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
   * The number of past rows that are held, at least 1: a sample of all past rows, in which each has the same
   * probability. Default 2,000.
   */
  readonly capacity?: number | undefined;
  /**
   * The number of held rows that each step learns again, in addition to the new rows; at least 1. Default: `batchSize`.
   */
  readonly rows?: number | undefined;
  /** The rows that the sample begins with. Give rows of the training, so that they are not forgotten. Default: none. */
  readonly past?: readonly Row[] | undefined;
}

/** How `prequential` predicts and learns. */
export interface PrequentialOptions extends ReadingOptions {
  /** The slot of the model in use, from `modelSlot`. */
  readonly slot: ModelSlot;
  /** The vocabulary that the model was trained with, or a `growingVocabulary` of it, which learns new words too. */
  readonly tokenizer: Vocabulary | LearningVocabulary;
  /** The classes that the model was trained with. */
  readonly labelEncoder: LabelEncoder;
  /** The labels of headlines without a `category`. Default: none. */
  readonly labels$?: Observable<LateLabel> | undefined;
  /**
   * The number of headlines that may wait for their labels, at least 1. Above it the oldest ones are removed. Default
   * 10,000.
   */
  readonly maxWaiting?: number | undefined;
  /**
   * The longest time that a headline waits for its label, in milliseconds; Infinity for no limit. Default 86,400,000: a
   * day.
   */
  readonly maxWaitMs?: number | undefined;
  /**
   * The number of labelled rows in a step, at least 1. Fewer rows wait for more, and are learnt at the end at the
   * latest. Default 32.
   */
  readonly batchSize?: number | undefined;
  /** The step size of the optimizer, at least 0. With 0 it scores and does not learn. Default 0.001. */
  readonly learningRate?: number | undefined;
  /** Whether old rows are learnt again together with new ones. Default: no. */
  readonly replay?: ReplayOptions | undefined;
  /** The seed that decides which rows are replayed: any whole number. Default 1234. */
  readonly seed?: number | undefined;
  /**
   * The drift detector of the errors (1 for each wrong prediction, 0 for others): `adwin()`, `pageHinkley()`. Default:
   * none.
   */
  readonly drift?: OperatorFunction<number, DriftDetected> | undefined;
  /** The clock and timer of `maxWaitMs`. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}

/** The processing of one input. */
type Work = () => ObservableInput<LearningEvent>;

/**
 * Classifies headlines and learns from them at the same time: it predicts each batch, scores every prediction when its
 * label is known, and only then learns from it.
 *
 * So every headline tests the model before it trains it, and the scores are those of unseen headlines. A label comes
 * with its headline (`category`), or later through `labels$`, which names the headline by source and id or guid. A late
 * label scores the prediction that was made at the time.
 *
 * ```marbles
 * batches:  --A----------B--------|   A: a headline a without a label, and one with a label;
 *                                     B: a headline c without one
 * labels$:  --------a---------c--|
 *   prequential({ slot, tokenizer, labelEncoder, labels$, batchSize: 2 })
 * events:   --(pps)-(sL)-p----s---(L|)   p: live-prediction;  s: scored;  L: learnt
 * ```
 *
 * The events of each input come in this order: `swapped` if another model has been put into use, `live-prediction`,
 * `scored`, the end of a trial (`confirmed` or `rolled-back`), `learnt`. Predictions are emitted before the model
 * learns, so that they do not wait for it. `drift` follows the events of the input at which it was detected. Inputs are
 * processed in the order of their arrival, including those that a consumer pushes from within `next`.
 *
 * A label that names no waiting headline, or a class that the model does not have, gives `label-unused`. A headline
 * that gets no label gives `unlabelled`. When the headlines and `labels$` have ended, or when the headlines have ended
 * and none waits, the remaining rows are learnt and the stream completes. If `labels$` ends first, the waiting
 * headlines are removed.
 *
 * The same options, headlines, labels and times of swaps give the same bits. Holds at most `maxWaiting` headlines,
 * `batchSize` rows to learn from, the replay buffer, and what the slot holds. Unsubscribing leaves the model as it is.
 *
 * Errors: those of the headlines, of `labels$` and of `drift`; those of `classifyLive`; any error that the model
 * throws.
 *
 * @param options the model, its vocabulary and classes, where labels come from, how it learns
 * @throws HeadwaterError `HW_USAGE` when an option is invalid, `HW_LABEL` when a past row has a class that the label
 *   encoder does not know
 * @see A. P. Dawid, Statistical theory: the prequential approach. Journal of the Royal Statistical Society A 147, 1984;
 *   J. Gama, R. Sebastião and P. P. Rodrigues, On evaluating stream learning algorithms. Machine Learning 90, 2013.
 * @see runningScores for scores of its `scored` events
 *
 * @example
 * ```ts
 * import { lastValueFrom, of } from 'rxjs';
 * import {
 *   classifier,
 *   classifierConfig,
 *   growingVocabulary,
 *   LabelEncoder,
 *   modelSlot,
 *   prequential,
 *   Tokenizer,
 *   type LiveHeadline,
 * } from 'headwater';
 *
 * const words = await lastValueFrom(of('ferry returns port').pipe(Tokenizer.fit()));
 * const tokenizer = growingVocabulary(words, { spare: 100, minTexts: 1 });
 * const model = classifier(classifierConfig({ vocabularySize: tokenizer.size, classes: 2, hiddenDim: 8 }), {
 *   seed: 1234,
 * });
 * const headline: LiveHeadline = {
 *   id: 0,
 *   title: 'Ferry sinks',
 *   source: 'stdin',
 *   guid: undefined,
 *   link: undefined,
 *   published: undefined,
 *   seen: Date.now(),
 *   category: 'World',
 * };
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
       * Emits when the headlines have ended and none of them waits for its label. With synchronous headlines this
       * happens before the other inputs are subscribed to, so it is a ReplaySubject.
       */
      const done$ = new ReplaySubject<void>(1);
      const overdue$ = new Subject<Work>();
      let headlinesEnded = false;
      let timer: Subscription | undefined;

      /** Runs after each processed input: ends the stream if it is done, or sets the timer of the next deadline. */
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

      const event$ = merge(
        drift$.pipe(map((found): Work => () => [found])),
        concat(
          inputs$,
          of(() => loop.rest()),
        ),
      ).pipe(
        concatMap((work) => from(work()).pipe(tap({ complete: afterwards }))),
        finalize(() => timer?.unsubscribe()),
      );
      return withHolding(event$, { operator: 'prequential', held: () => loop.waiting, bound: maxWaiting });
    });
};
