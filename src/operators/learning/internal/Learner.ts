import type { LearningVocabulary, ModelSlot, RowsLearnt, Vocabulary } from '../../../contracts/live/Learning.js';
import { padRows } from '../../batches/padRows.js';
import { encodeRow } from '../../rows/internal/encodedText.js';
import { Reservoir } from './Reservoir.js';

/** A row to learn from. It is kept as text, because the indices of words change. */
export interface LabelledText {
  readonly text: string;
  readonly label: number;
}

/** Options of a `Learner`. */
export interface LearnerSettings {
  readonly slot: ModelSlot;
  readonly tokenizer: Vocabulary | LearningVocabulary;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly seed: number;
  /** The number of rows that the replay buffer holds, and the number of them that each step learns again. */
  readonly replay: { readonly capacity: number; readonly rows: number };
  /** The rows that the replay buffer begins with. */
  readonly past: Iterable<LabelledText>;
}

/**
 * Gathers labelled rows until there are enough for a step. Then the model in use learns from them and from some older
 * rows.
 */
export class Learner {
  readonly #settings: LearnerSettings;
  readonly #replay: Reservoir<LabelledText>;
  #waiting: LabelledText[] = [];
  #steps = 0;

  constructor(settings: LearnerSettings) {
    this.#settings = settings;
    this.#replay = new Reservoir(settings.replay.capacity, settings.seed);
    for (const row of settings.past) this.#replay.offer(row);
  }

  /** Adds a row, and makes a step if there are enough rows. */
  take(row: LabelledText): RowsLearnt | undefined {
    if (this.#settings.learningRate === 0) return undefined;
    this.#waiting.push(row);
    return this.#waiting.length < this.#settings.batchSize ? undefined : this.#step();
  }

  /** Makes a last step on the remaining rows. */
  rest(): RowsLearnt | undefined {
    return this.#waiting.length === 0 ? undefined : this.#step();
  }

  #step(): RowsLearnt {
    const { slot, tokenizer, learningRate, replay } = this.#settings;
    const fresh = this.#waiting;
    this.#waiting = [];
    const newTokens = 'learn' in tokenizer ? fresh.flatMap(({ text }) => tokenizer.learn(text)) : [];
    slot.renewTokens(
      newTokens.map(({ index }) => index),
      tokenizer.unknownIndex,
    );
    const old = this.#replay.draw(replay.rows);
    const batch = padRows(
      [...fresh, ...old].map(({ text, label }, id) => ({ ...encodeRow(tokenizer, text), id, label })),
      tokenizer.padIndex,
    );
    const step = this.#steps++;
    const { loss } = slot.current.trainBatch(batch, { epoch: 1, step, learningRate });
    // Added after the step, so that new rows are not replayed in their own step.
    for (const row of fresh) this.#replay.offer(row);
    return { type: 'learnt', step, rows: fresh.length, replayed: old.length, loss, newTokens };
  }
}
