import { defer, map, reduce, type OperatorFunction } from 'rxjs';
import { checkOptions, checkTypes, checkWhole } from '../../contracts/checkOption.js';
import type { EvaluatedBatch } from '../../contracts/training/Evaluation.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { fitTemperature, type FitTemperatureOptions, type FittedTemperature } from './fitTemperature.js';

/** Options of `temperature`. */
export interface TemperatureOptions extends FitTemperatureOptions {
  /** The most rows that are held. Default 50,000, which is enough to fit one number. */
  readonly maxRows?: number | undefined;
}

/**
 * An even sample of all rows: at first every row, then every second, every fourth and so on, so that at most `maxRows`
 * are held. It uses no random numbers.
 */
class EvenSample {
  readonly #maxRows: number;
  #every = 1;
  #seen = 0;
  #classes = 0;
  #labels: number[] = [];
  #rows: Float32Array[] = [];

  constructor(maxRows: number) {
    this.#maxRows = maxRows;
  }

  add({ labels, probabilities }: EvaluatedBatch): this {
    const classes = probabilities.length / labels.length;
    for (let b = 0; b < labels.length; b++) {
      if (this.#seen++ % this.#every !== 0) continue;
      if (this.#rows.length === this.#maxRows) {
        this.#rows = this.#rows.filter((_, i) => i % 2 === 0);
        this.#labels = this.#labels.filter((_, i) => i % 2 === 0);
        this.#every *= 2;
        if ((this.#seen - 1) % this.#every !== 0) continue;
      }
      if (this.#rows.length === 0) this.#classes = classes;
      if (classes !== this.#classes || !Number.isInteger(classes))
        throw new HeadwaterError(
          'HW_USAGE',
          `temperature: a batch has ${probabilities.length} probabilities for ${labels.length} rows, ` +
            `but those before it ${this.#classes} a row. Give it the batches of one model.`,
        );
      this.#rows.push(probabilities.slice(b * classes, (b + 1) * classes));
      this.#labels.push(labels[b]!);
    }
    return this;
  }

  fitted(options: FitTemperatureOptions): FittedTemperature {
    const probabilities = new Float32Array(this.#rows.length * this.#classes);
    this.#rows.forEach((row, i) => probabilities.set(row, i * this.#classes));
    return fitTemperature({ probabilities, labels: this.#labels }, options);
  }
}

/**
 * Fits a temperature on evaluated batches: the number that a model's logits are divided by so that its probabilities
 * say how often it is right.
 *
 * A reducing sink: it emits one result after the last batch. Use validation rows.
 *
 * ```marbles
 * source: --e---e---e--|
 *         temperature()
 * result: -------------(t|)
 * ```
 *
 * - Memory: the probabilities of at most `maxRows` rows. Of more rows it keeps every second one, every fourth and so
 *   on.
 * - Errors: those of the source, at once; `HW_EMPTY` if there were no rows, and the errors of `fitTemperature`.
 *
 * @throws HeadwaterError `HW_USAGE` at once if `maxRows` is not a whole number of at least 2
 * @see fitTemperature for arrays, temper for applying it
 *
 * @example
 * ```ts
 * import { of } from 'rxjs';
 * import { evaluate, temperature } from 'headwater';
 * import { labelledBatch, recordingModel } from 'headwater/testing';
 * of(labelledBatch({ seed: 1 }))
 *   .pipe(evaluate(recordingModel()), temperature())
 *   .subscribe((fitted) => console.log(fitted.temperature, fitted.before, fitted.after));
 * ```
 */
export const temperature = (options: TemperatureOptions = {}): OperatorFunction<EvaluatedBatch, FittedTemperature> => {
  checkOptions('temperature', options, '{ maxRows: 10_000 }');
  const { maxRows = 50_000, smooth } = options;
  checkWhole('temperature', 'maxRows', maxRows, 2);
  checkTypes('temperature', { smooth }, { smooth: 'boolean' });
  return (source) =>
    // Deferred, so that each subscriber holds its own rows.
    defer(() =>
      source.pipe(
        reduce((rows, batch) => rows.add(batch), new EvenSample(maxRows)),
        map((rows) => rows.fitted({ smooth })),
      ),
    );
};
