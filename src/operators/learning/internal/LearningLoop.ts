import {
  concat,
  defer,
  type Observable,
  type Observer,
  type OperatorFunction,
  of,
  type SchedulerLike,
  tap,
} from 'rxjs';
import type {
  HeadlineUnlabelled,
  LateLabel,
  LearningEvent,
  ModelSlot,
  RowScored,
  Vocabulary,
} from '../../../contracts/live/Learning.js';
import type { LiveHeadline, LivePrediction } from '../../../contracts/live/Live.js';
import type { LabelEncoder } from '../../../text/LabelEncoder.js';
import { encodeRow } from '../../rows/internal/encodedText.js';
import type { Learner } from './Learner.js';
import { type Waiting, WaitingRows } from './WaitingRows.js';

/** Settings of a `LearningLoop`. */
export interface LearningLoopSettings {
  readonly slot: ModelSlot;
  readonly tokenizer: Vocabulary;
  readonly labelEncoder: LabelEncoder;
  readonly classify: OperatorFunction<readonly LiveHeadline[], LivePrediction>;
  readonly textOf: (title: string) => string;
  readonly learner: Learner;
  /** Receives 1 for each row that was predicted wrongly, and 0 for each other row. */
  readonly errors: Observer<number>;
  readonly maxWaiting: number;
  readonly maxWaitMs: number;
  readonly scheduler: SchedulerLike;
}

/** A prediction that waits for its label. */
interface Unscored extends Waiting {
  readonly prediction: LivePrediction;
  /** The slot's version when the prediction was made. */
  readonly version: number;
}

/** A prediction and its label. */
interface Labelled extends Unscored {
  readonly category: string;
  /** The time from the prediction to its label, in milliseconds. */
  readonly waitedMs: number;
}

/** A probability below the smallest float32 is 0, and its logarithm is not finite. */
const LEAST = 2 ** -149;

/** Predicts, scores, then learns. Each method processes one input, and emits its events as they happen. */
export class LearningLoop {
  readonly #settings: LearningLoopSettings;
  readonly #waiting = new WaitingRows<Unscored>();
  #labelsEnded = false;
  #inUse: ModelSlot['current'];

  constructor(settings: LearningLoopSettings) {
    this.#settings = settings;
    this.#inUse = settings.slot.current;
  }

  /** The number of headlines that wait for their labels. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** The time by which the headline that has waited longest must have its label; undefined if none waits. */
  get deadline(): number | undefined {
    const oldest = this.#waiting.oldest;
    return oldest === undefined ? undefined : oldest.since + this.#settings.maxWaitMs;
  }

  /** Processes a batch of headlines. */
  batch(headlines: readonly LiveHeadline[]): Observable<LearningEvent> {
    return defer(() => {
      const { slot, classify, scheduler } = this.#settings;
      const { version } = slot;
      const unscored: Unscored[] = [];
      return concat(
        this.#swapped(),
        of(headlines).pipe(
          classify,
          tap((prediction) =>
            unscored.push({ headline: prediction.headline, prediction, version, since: scheduler.now() }),
          ),
        ),
        defer(() => this.#labelled(unscored)),
      );
    });
  }

  /** Processes a label. */
  *label(label: LateLabel): Generator<LearningEvent> {
    const found = this.#waiting.find(label);
    if (found === undefined) {
      yield { type: 'label-unused', label, reason: 'no-headline' };
    } else if (this.#settings.labelEncoder.indexOf(label.category) === undefined) {
      yield { type: 'label-unused', label, reason: 'unknown-class' };
    } else {
      this.#waiting.remove(found);
      yield* this.#score([
        { ...found, category: label.category, waitedMs: this.#settings.scheduler.now() - found.since },
      ]);
    }
  }

  /** Removes the headlines that have waited for too long. */
  *expire(): Generator<LearningEvent> {
    const now = this.#settings.scheduler.now();
    for (let { deadline } = this; deadline !== undefined && deadline <= now; { deadline } = this)
      yield this.#letGo('long');
  }

  /** Processes the end of the labels: from now on only headlines that have a `category` are labelled. */
  *labelsEnded(): Generator<LearningEvent> {
    this.#labelsEnded = true;
    while (this.#waiting.size > 0) yield this.#letGo('ended');
  }

  /** Processes the end of all inputs. */
  *rest(): Generator<LearningEvent> {
    const learnt = this.#settings.learner.rest();
    if (learnt !== undefined) yield learnt;
    this.#settings.errors.complete();
  }

  *#swapped(): Generator<LearningEvent> {
    const { current } = this.#settings.slot;
    if (current === this.#inUse) return;
    this.#inUse = current;
    yield { type: 'swapped', model: current.name };
  }

  *#labelled(predicted: readonly Unscored[]): Generator<LearningEvent> {
    const { labelEncoder } = this.#settings;
    const labelled: Labelled[] = [];
    for (const row of predicted) {
      const { category, source, id } = row.headline;
      if (category !== undefined && labelEncoder.indexOf(category) !== undefined) {
        labelled.push({ ...row, category, waitedMs: 0 });
        continue;
      }
      if (category !== undefined)
        yield { type: 'label-unused', label: { source, id, category }, reason: 'unknown-class' };
      yield* this.#wait(row);
    }
    yield* this.#score(labelled);
  }

  *#wait(row: Unscored): Generator<LearningEvent> {
    if (this.#labelsEnded) {
      yield { type: 'unlabelled', prediction: row.prediction, reason: 'ended' };
      return;
    }
    const same = this.#waiting.add(row);
    if (same !== undefined) yield { type: 'unlabelled', prediction: same.prediction, reason: 'repeated' };
    if (this.#waiting.size > this.#settings.maxWaiting) yield this.#letGo('many');
  }

  #letGo(reason: HeadlineUnlabelled['reason']): LearningEvent {
    const oldest = this.#waiting.oldest!;
    this.#waiting.remove(oldest);
    return { type: 'unlabelled', prediction: oldest.prediction, reason };
  }

  /**
   * Scores rows by the predictions made at the time, ends the trial of the model in use if it is due, and learns, in
   * this order.
   */
  *#score(rows: readonly Labelled[]): Generator<LearningEvent> {
    const { slot, tokenizer, labelEncoder, textOf, learner, errors } = this.#settings;
    const known = rows.map((row) => ({
      ...row,
      text: textOf(row.headline.title),
      label: labelEncoder.encode(row.category),
      correct: row.prediction.category === row.category,
    }));
    for (const { prediction, category, correct, waitedMs } of known) {
      const probability = prediction.distribution.find((one) => one.category === category)?.probability ?? 0;
      const scored: RowScored = {
        type: 'scored',
        prediction,
        category,
        correct,
        loss: -Math.log(Math.max(probability, LEAST)),
        waitedMs,
      };
      yield scored;
      errors.next(correct ? 0 : 1);
    }
    const scored = known.map(({ text, label, correct, version }) => ({
      ...encodeRow(tokenizer, text),
      label,
      correct,
      version,
    }));
    const verdict = slot.score(scored, tokenizer.padIndex);
    if (verdict !== undefined) {
      this.#inUse = slot.current;
      yield verdict;
    }
    for (const { text, label } of known) {
      const learnt = learner.take({ text, label });
      if (learnt !== undefined) yield learnt;
    }
  }
}
