import type { LearningVocabulary, ModelSlot, RowsLearnt, Vocabulary } from '../../../contracts/live/Learning.js';
import { padRows } from '../../batches/padRows.js';
import { encodeRow } from '../../rows/internal/encodedText.js';
import { Reservoir } from './Reservoir.js';

/** A row to learn from. It is kept as text: which words have an index changes. */
export interface LabelledText {
  readonly text: string;
  readonly label: number;
}

/** How a `Learner` learns. */
export interface LearnerSettings {
  readonly slot: ModelSlot;
  readonly tokenizer: Vocabulary | LearningVocabulary;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly seed: number;
  /** How many rows the replay buffer holds, and how many of them each step learns once more. */
  readonly replay: { readonly capacity: number; readonly rows: number };
  /** What the replay buffer begins with. */
  readonly past: Iterable<LabelledText>;
}

/**
 * Gathers labelled rows until there are enough for a step, and makes the model in use learn from them and some older
 * ones.
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

  /** Takes a row in, and makes a step where there are enough of them. */
  take(row: LabelledText): RowsLearnt | undefined {
    if (this.#settings.learningRate === 0) return undefined;
    this.#waiting.push(row);
    return this.#waiting.length < this.#settings.batchSize ? undefined : this.#step();
  }

  /** Makes a last step on the rows that are left. */
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
    // Only now: what is new is not replayed in its own step.
    for (const row of fresh) this.#replay.offer(row);
    return { type: 'learnt', step, rows: fresh.length, replayed: old.length, loss, newTokens };
  }
}
