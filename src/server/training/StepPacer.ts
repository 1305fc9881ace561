import type { StepEnded } from '../../contracts/training/TrainingEvent.js';
import type { PacedStep } from '../../contracts/training/TrainingView.js';
import { RateMeter } from '../../sinks/progress/internal/RateMeter.js';

/** The minimum time between two reported steps. Milliseconds. */
const BETWEEN_MS = 100;

/**
 * Passes ten steps a second, each with the speed of the training at that time: rows per second, over the last ten
 * seconds of training time.
 */
export class StepPacer {
  readonly #meter = new RateMeter(0);
  /** The training time so far in ms, and the time of its last update. */
  #spent = 0;
  #since: number | undefined;
  #last = -Infinity;

  /** Starts an epoch: the time since the last step was not training. */
  restart(now: number): void {
    this.#since = now;
  }

  /** The step as it is reported; undefined if it follows another reported step too soon. */
  pace(step: StepEnded, now: number): PacedStep | undefined {
    this.#spent += now - (this.#since ?? now);
    this.#since = now;
    this.#meter.add(step.rows, this.#spent);
    if (now - this.#last < BETWEEN_MS) return undefined;
    this.#last = now;
    return { ...step, rowsPerSecond: this.#meter.perSecond(this.#spent) ?? 0 };
  }
}
