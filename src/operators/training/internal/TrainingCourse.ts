import type { Checkpoint, FitSettings } from '../../../contracts/training/Checkpoint.js';
import type { StateDict } from '../../../contracts/models/StateDict.js';
import type { EpochEnded, TrainingEvent } from '../../../contracts/training/TrainingEvent.js';
import type { TrainingState } from '../../../contracts/training/TrainingState.js';
import type { EpochSnapshot } from './trainingEpoch.js';

const NOTHING = { batches: 0, sum: 0, weights: 0 };

/** The state of a running training: enough to make a checkpoint from a snapshot of its model. */
export class TrainingCourse {
  readonly #model: string;
  readonly #settings: FitSettings;
  #events: number;
  #steps: number;
  #state: TrainingState;
  #best: StateDict | undefined;
  #history: readonly EpochEnded[];

  /**
   * @param initial the state that the first epoch starts from
   * @param from the checkpoint to resume from
   */
  constructor(model: string, settings: FitSettings, initial: TrainingState, from: Checkpoint | undefined) {
    this.#model = model;
    this.#settings = settings;
    this.#events = from?.events ?? 0;
    this.#steps = from?.steps ?? 0;
    this.#state = from?.state ?? initial;
    this.#best = from?.best;
    this.#history = from?.history ?? [];
  }

  /** The state after the last epoch. */
  get state(): TrainingState {
    return this.#state;
  }

  /** A copy of the weights of the best epoch, if it is kept. */
  get best(): StateDict | undefined {
    return this.#best;
  }

  /** The number of steps so far. */
  get steps(): number {
    return this.#steps;
  }

  /**
   * Records an event that is emitted.
   *
   * @param best a copy of the model's weights if they are the best so far
   */
  add(event: TrainingEvent, best: StateDict | undefined): void {
    this.#events += 1;
    if (event.type === 'step') this.#steps += 1;
    if (event.type !== 'epoch') return;
    this.#state = event.state;
    this.#history = [...this.#history, event];
    this.#best = best ?? this.#best;
  }

  /** The checkpoint of a snapshot that was taken between two events. */
  checkpoint(snapshot: EpochSnapshot): Checkpoint {
    const { epoch, side, batch, train, validation, scores, weights, optimizer } = snapshot;
    const best = this.#best;
    return { ...this.#common(), epoch, side, batch, train, validation, scores, weights, best, optimizer };
  }

  /** The checkpoint of a training that has ended, with the model's present weights. */
  ended(weights: StateDict): Checkpoint {
    return {
      ...this.#common(),
      epoch: this.#state.epoch,
      side: 'ended',
      batch: 0,
      train: NOTHING,
      validation: NOTHING,
      scores: { rows: 0, labels: [], predicted: [], hits: [] },
      weights,
      best: undefined,
      optimizer: new Map(),
    };
  }

  #common() {
    return {
      model: this.#model,
      settings: this.#settings,
      steps: this.#steps,
      events: this.#events,
      state: this.#state,
      history: this.#history,
    };
  }
}
