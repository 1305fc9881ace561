import type { Checkpoint, FitSettings } from '../../../contracts/training/Checkpoint.js';
import type { StateDict } from '../../../contracts/models/StateDict.js';
import type { TrainingEvent } from '../../../contracts/training/TrainingEvent.js';
import type { EpochEnded } from '../../../contracts/training/EpochEnded.js';
import type { TrainingState } from '../../../contracts/training/TrainingState.js';
import { NO_BATCHES } from './batchOrder.js';
import type { EpochSnapshot } from './trainingEpoch.js';

const NOTHING = { batches: 0, sum: 0, weights: 0 };

/** The values of a {@link TrainingCourse}. */
interface Reached {
  readonly events: number;
  readonly steps: number;
  readonly state: TrainingState;
  readonly best: StateDict | undefined;
  readonly history: readonly EpochEnded[];
}

/** How far a training has come: enough to make a checkpoint from a snapshot of its model. It does not change. */
export class TrainingCourse {
  readonly #model: string;
  readonly #settings: FitSettings;
  readonly #reached: Reached;

  private constructor(model: string, settings: FitSettings, reached: Reached) {
    this.#model = model;
    this.#settings = settings;
    this.#reached = reached;
  }

  /**
   * The beginning of a training, or of its continuation.
   *
   * @param initial the state that the first epoch starts from
   * @param from the checkpoint to resume from
   */
  static begin(
    model: string,
    settings: FitSettings,
    initial: TrainingState,
    from: Checkpoint | undefined,
  ): TrainingCourse {
    const { events = 0, steps = 0, state = initial, best, history = [] } = from ?? {};
    return new TrainingCourse(model, settings, { events, steps, state, best, history });
  }

  /** The state after the last epoch. */
  get state(): TrainingState {
    return this.#reached.state;
  }

  /** Why the training ends after this epoch; undefined if it goes on. */
  get stop(): TrainingState['stop'] {
    return this.#reached.state.stop;
  }

  /** A copy of the weights of the best epoch, if it is kept. */
  get best(): StateDict | undefined {
    return this.#reached.best;
  }

  /** The number of steps so far. */
  get steps(): number {
    return this.#reached.steps;
  }

  /**
   * The course after an event that is emitted.
   *
   * @param best a copy of the model's weights if they are the best so far
   */
  after(event: TrainingEvent, best: StateDict | undefined): TrainingCourse {
    const { events, steps, history, ...rest } = this.#reached;
    const counted = { ...rest, history, events: events + 1, steps: event.type === 'step' ? steps + 1 : steps };
    return new TrainingCourse(
      this.#model,
      this.#settings,
      event.type === 'epoch'
        ? { ...counted, state: event.state, history: [...history, event], best: best ?? rest.best }
        : counted,
    );
  }

  /** The checkpoint of a snapshot that was taken between two events. */
  checkpoint(snapshot: EpochSnapshot): Checkpoint {
    const { epoch, side, batch, order, train, validation, scores, weights, optimizer } = snapshot;
    const { best } = this.#reached;
    return { ...this.#common(), epoch, side, batch, order, train, validation, scores, weights, best, optimizer };
  }

  /** The checkpoint of a training that has ended, with the model's present weights. */
  ended(weights: StateDict): Checkpoint {
    return {
      ...this.#common(),
      epoch: this.state.epoch,
      side: 'ended',
      batch: 0,
      order: NO_BATCHES,
      train: NOTHING,
      validation: NOTHING,
      scores: { rows: 0, labels: [], predicted: [], hits: [] },
      weights,
      best: undefined,
      optimizer: new Map(),
    };
  }

  #common() {
    const { steps, events, state, history } = this.#reached;
    return { model: this.#model, settings: this.#settings, steps, events, state, history };
  }
}
