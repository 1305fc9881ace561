import type { StepEnded } from '../../contracts/training/TrainingEvent.js';
import type { PacedStep } from '../../contracts/training/TrainingView.js';
import { RateMeter } from '../../sinks/progress/internal/RateMeter.js';

/** The shortest time between two steps that are told. Milliseconds. */
const BETWEEN_MS = 100;

/**
 * Lets ten steps a second through, each with the pace of the training at that time: the rows a second of the last ten
 * seconds that were spent on training.
 */
export class StepPacer {
  readonly #meter = new RateMeter(0);
  /** The time spent on training, in ms, and when it was last counted. */
  #spent = 0;
  #since: number | undefined;
  #last = -Infinity;

  /** An epoch begins: what was done since the last step was no training. */
  restart(now: number): void {
    this.#since = now;
  }

  /** The step as it is told; undefined where it comes too soon after another one. */
  pace(step: StepEnded, now: number): PacedStep | undefined {
    this.#spent += now - (this.#since ?? now);
    this.#since = now;
    this.#meter.add(step.rows, this.#spent);
    if (now - this.#last < BETWEEN_MS) return undefined;
    this.#last = now;
    return { ...step, rowsPerSecond: this.#meter.perSecond(this.#spent) ?? 0 };
  }
}
