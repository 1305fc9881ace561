import { Subject, type Subscription } from 'rxjs';
import type { StateDict } from '../../contracts/models/StateDict.js';
import { adwin } from '../../operators/learning/adwin.js';
import { classifyLive } from '../../operators/live/classifyLive.js';
import type { Label } from '../../server/generations/Label.js';
import type { LoadedModel } from '../inference/model.js';
import { LabelPool, type Unlabelled } from './LabelPool.js';
import { LabelTally } from './LabelTally.js';
import { type LabelledTitle, type LabelTrial, labelTrial } from './labelTrial.js';

/** An answer: the given label, or none if the headline was skipped. */
export interface LabelAnswer {
  readonly asked: Unlabelled;
  readonly label: Label | undefined;
}

/**
 * Labels headlines one after another: the model learns from each label, and each answer can be undone.
 *
 * To undo an answer, the model is reset to its initial state and learns the other labels again in order. It is then bit
 * for bit the model that it would be without that answer. Holds the answers and a copy of the weights.
 */
export class LabelSession {
  readonly #loaded: LoadedModel;
  readonly #pool: LabelPool;
  readonly #weights: StateDict;
  readonly #optimizer: StateDict;
  /** Labels of an earlier session. They cannot be undone. */
  #past: readonly LabelledTitle[] = [];
  #answers: readonly LabelAnswer[] = [];
  #tally: LabelTally;
  #trial: LabelTrial;
  #given$ = new Subject<LabelledTitle>();
  #learning: Subscription;
  #failure: { readonly error: unknown } | undefined;

  constructor(loaded: LoadedModel) {
    const { model, artifacts, encoder: tokenizer } = loaded;
    const { labelEncoder, text } = artifacts;
    this.#loaded = loaded;
    this.#pool = new LabelPool(classifyLive({ model, tokenizer, labelEncoder, text }));
    this.#weights = model.stateDict();
    this.#optimizer = model.optimizerState();
    this.#tally = new LabelTally(labelEncoder.classes);
    this.#trial = this.#newTrial();
    this.#learning = this.#learn();
  }

  /** The results of the labels so far. */
  get tally(): LabelTally {
    return this.#tally;
  }

  /** The headline of the current question; undefined if none is left. */
  get asked(): Unlabelled | undefined {
    return this.#pool.next;
  }

  /** The number of headlines without an answer. */
  get left(): number {
    return this.#pool.size;
  }

  /** Learns the labels of an earlier session again, before the first question. */
  resume(past: readonly LabelledTitle[]): void {
    this.#past = past;
    for (const label of past) this.#give(label);
  }

  /** Adds headlines to ask about. */
  add(titles: readonly string[]): Promise<void> {
    return this.#pool.add(titles);
  }

  /** Processes the answer to the current question. The model learns a label. */
  async answer(answer: LabelAnswer): Promise<void> {
    this.#pool.take();
    this.#answers = [...this.#answers, answer];
    if (answer.label === undefined) return;
    this.#give(answer.label);
    await this.#pool.refresh();
  }

  /** The last answer, which `undo` would undo. */
  get last(): LabelAnswer | undefined {
    return this.#answers.at(-1);
  }

  /** Undoes the last answer: its headline is the next question again. */
  async undo(): Promise<void> {
    const { last } = this;
    if (last === undefined) return;
    this.#answers = this.#answers.slice(0, -1);
    if (last.label !== undefined) {
      const { model, artifacts } = this.#loaded;
      this.dispose();
      model.loadStateDict(this.#weights);
      model.loadOptimizerState(this.#optimizer);
      this.#tally = new LabelTally(artifacts.labelEncoder.classes);
      this.#given$ = new Subject();
      this.#trial = this.#newTrial();
      this.#learning = this.#learn();
      for (const label of this.#past) this.#give(label);
      for (const { label } of this.#answers) if (label !== undefined) this.#give(label);
    }
    await this.#pool.putBack(last.asked.title);
  }

  dispose(): void {
    this.#learning.unsubscribe();
    this.#trial.dispose();
  }

  #newTrial(): LabelTrial {
    return labelTrial(this.#loaded, this.#tally, { batchSize: 1, drift: adwin() });
  }

  #learn(): Subscription {
    return this.#given$.pipe(this.#trial.learn).subscribe({
      error: (error: unknown) => {
        this.#failure = { error };
      },
    });
  }

  #give({ title, category }: LabelledTitle): void {
    this.#given$.next({ title, category });
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
