import type { TrainingEnded, TrainingResumed, TrainingStarted } from '../../../contracts/training/TrainingEvent.js';
import { printable } from '../../terminal/printable.js';
import type { ProgressLine } from './progressLine.js';

const rowsOf = (rows: number): string => `${rows.toLocaleString('en-US')} rows`;

/** What is known of one model's training. */
export interface ModelProgress {
  /** The most epochs; undefined where no start was seen. */
  epochs: number | undefined;
  /** Rows an epoch, its validation included; undefined where no start was seen. */
  perEpoch: number | undefined;
  /** Whether there are validation rows; undefined where no start was seen. */
  validated: boolean | undefined;
  epoch: number;
  /** Rows of the running epoch that are done; undefined between epochs. */
  done: number | undefined;
  /** The last step's loss. */
  loss: number | undefined;
}

/**
 * The trainings that a stream of events tells of, one a model.
 *
 * @internal
 */
export class TrainingProgress {
  readonly #courses = new Map<string, ModelProgress>();

  /** The course of a model, a new one where it was not heard of. */
  of(model: string): ModelProgress {
    let course = this.#courses.get(model);
    if (course === undefined) {
      course = {
        epochs: undefined,
        perEpoch: undefined,
        validated: undefined,
        epoch: 0,
        done: undefined,
        loss: undefined,
      };
      this.#courses.set(model, course);
    }
    return course;
  }

  /** What stands before a model's lines: nothing while it is the only one. */
  prefix(model: string): string {
    return this.#courses.size > 1 ? `${printable(model)}  ` : '';
  }

  /** Such as `epoch 3/8`. */
  epochLabel({ epoch, epochs }: ModelProgress): string {
    return epochs === undefined ? `epoch ${epoch}` : `epoch ${epoch}/${epochs}`;
  }

  /** The running epochs of all models as one line. */
  line(rate: number | undefined): ProgressLine {
    const running = Array.from(this.#courses).filter(([, { done }]) => done !== undefined);
    let done = 0;
    let total: number | undefined = 0;
    for (const [, course] of running) {
      done += course.done ?? 0;
      total = total === undefined || course.perEpoch === undefined ? undefined : total + course.perEpoch;
    }
    const losses = running
      .filter(([, { loss }]) => loss !== undefined)
      .map(([model, { loss }]) => `${this.prefix(model)}${(loss ?? 0).toFixed(3)}`);
    // The one furthest behind: the others have been there.
    const behind = running.reduce<ModelProgress | undefined>(
      (least, [, course]) => (least === undefined || course.epoch < least.epoch ? course : least),
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

/** The line that a training begins with. */
export const startLine = (event: TrainingStarted | TrainingResumed): string => {
  const { model, epochs, rows } = event;
  const sizes = `${rowsOf(rows.train)}, ${rows.validation === 0 ? 'none' : rowsOf(rows.validation)} to validate on, at most ${epochs} epochs`;
  if (event.type === 'training-started') return `training ${printable(model)}: ${sizes}`;
  const { epoch, side, batch } = event;
  const where = side === 'ended' ? 'its end' : `epoch ${epoch}, ${side} batch ${batch}`;
  return `going on with ${printable(model)} from ${where}: ${sizes}`;
};

/** The line that a training ends with. */
export const endLine = ({ model, reason, bestEpoch, bestLoss, state }: TrainingEnded): string => {
  const why = reason === 'patience' ? ', for it got no better' : '';
  const best =
    bestEpoch === 0
      ? 'there were no rows to validate on'
      : `best epoch ${bestEpoch}, validation ${bestLoss.toFixed(3)}`;
  return `${printable(model)} ended after epoch ${state.epoch}${why}: ${best}`;
};
