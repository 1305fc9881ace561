import type { TrainingEnded, TrainingResumed, TrainingStarted } from '../../../contracts/training/TrainingEvent.js';
import { printable } from '../../terminal/printable.js';
import type { ProgressLine } from './progressLine.js';

const rowsOf = (rows: number): string => `${rows.toLocaleString('en-US')} rows`;

/** The progress of one model's training. */
export interface ModelProgress {
  /** The maximum number of epochs; undefined if no start event was seen. */
  epochs: number | undefined;
  /** The rows per epoch, including validation; undefined if no start event was seen. */
  perEpoch: number | undefined;
  /** Whether there are validation rows; undefined if no start event was seen. */
  validated: boolean | undefined;
  epoch: number;
  /** The finished rows of the running epoch; undefined between epochs. */
  done: number | undefined;
  /** The loss of the last step. */
  loss: number | undefined;
}

/**
 * The trainings in a stream of events, one per model.
 *
 * @internal
 */
export class TrainingProgress {
  readonly #trainings = new Map<string, ModelProgress>();

  /** The progress of a model; a new entry if the model is not known yet. */
  of(model: string): ModelProgress {
    let training = this.#trainings.get(model);
    if (training === undefined) {
      training = {
        epochs: undefined,
        perEpoch: undefined,
        validated: undefined,
        epoch: 0,
        done: undefined,
        loss: undefined,
      };
      this.#trainings.set(model, training);
    }
    return training;
  }

  /** The prefix of a model's lines: empty while there is only one model. */
  prefix(model: string): string {
    return this.#trainings.size > 1 ? `${printable(model)}  ` : '';
  }

  /** For example `epoch 3/8`. */
  epochLabel({ epoch, epochs }: ModelProgress): string {
    return epochs === undefined ? `epoch ${epoch}` : `epoch ${epoch}/${epochs}`;
  }

  /** The running epochs of all models as one line. */
  line(rate: number | undefined): ProgressLine {
    const running = Array.from(this.#trainings).filter(([, { done }]) => done !== undefined);
    let done = 0;
    let total: number | undefined = 0;
    for (const [, training] of running) {
      done += training.done ?? 0;
      total = total === undefined || training.perEpoch === undefined ? undefined : total + training.perEpoch;
    }
    const losses = running
      .filter(([, { loss }]) => loss !== undefined)
      .map(([model, { loss }]) => `${this.prefix(model)}${(loss ?? 0).toFixed(3)}`);
    // The label shows the lowest epoch of the running ones.
    const behind = running.reduce<ModelProgress | undefined>(
      (least, [, training]) => (least === undefined || training.epoch < least.epoch ? training : least),
      undefined,
    );
    return {
      label: behind === undefined ? 'training' : this.epochLabel(behind),
      done,
      total,
      unit: 'rows',
      rate,
      note: losses.length === 0 ? undefined : `loss ${losses.join('  ')}`,
    };
  }
}

/** The first line of a training. */
export const startLine = (event: TrainingStarted | TrainingResumed): string => {
  const { model, epochs, rows } = event;
  const sizes =
    `${rowsOf(rows.train)}, ${rows.validation === 0 ? 'none' : rowsOf(rows.validation)} ` +
    `to validate on, at most ${epochs} epochs`;
  if (event.type === 'training-started') return `training ${printable(model)}: ${sizes}`;
  const { epoch, side, batch } = event;
  const where = side === 'ended' ? 'its end' : `epoch ${epoch}, ${side} batch ${batch}`;
  return `going on with ${printable(model)} from ${where}: ${sizes}`;
};

/** The last line of a training. */
export const endLine = ({ model, reason, bestEpoch, bestLoss, state }: TrainingEnded): string => {
  const why = reason === 'patience' ? ', for it got no better' : '';
  const best =
    bestEpoch === 0
      ? 'there were no rows to validate on'
      : `best epoch ${bestEpoch}, validation ${bestLoss.toFixed(3)}`;
  return `${printable(model)} ended after epoch ${state.epoch}${why}: ${best}`;
};
