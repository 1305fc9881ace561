import { defer, map, type Observable, reduce, switchMap } from 'rxjs';
import type { LabelledBatch } from '../contracts/rows/PaddedBatch.js';
import type { LinearClassifier } from '../models/linear/linearClassifier.js';
import { fitSum } from '../models/sum/fitSum.js';
import { type SumClassifier, sumClassifier } from '../models/sum/sumClassifier.js';
import type { WideGru } from '../models/wide/WideGruSettings.js';
import { measureCandidate } from './measureCandidate.js';
import type { TrainedCandidate } from './ModelChosen.js';

/** The largest number of validation rows used to fit the weights of a sum: two numbers need no more. */
const MOST_ROWS = 50_000;

/** The logits of two models for the same rows, collected batch by batch. */
class PairedLogits {
  readonly network: number[] = [];
  readonly linear: number[] = [];
  readonly labels: number[] = [];

  add(batch: LabelledBatch, network: WideGru, linear: LinearClassifier): this {
    if (this.labels.length >= MOST_ROWS) return this;
    for (const value of network.logits(batch)) this.network.push(value);
    for (const value of linear.logits(batch)) this.linear.push(value);
    for (const label of batch.labels) this.labels.push(label);
    return this;
  }
}

/**
 * Adds the logits of a linear model to those of a recurrent one, with the weights that fit the validation rows best,
 * and measures the sum. The sum owns both models.
 */
export const addLinear = (
  network: TrainedCandidate & { readonly model: WideGru },
  linear: TrainedCandidate & { readonly model: LinearClassifier },
  classes: readonly string[],
): Observable<TrainedCandidate> =>
  defer(() => network.source.batches('validation', 1)).pipe(
    reduce((pairs, batch) => pairs.add(batch, network.model, linear.model), new PairedLogits()),
    switchMap((pairs) => {
      const name = `${network.measured.candidate} + linear`;
      const { networkWeight, linearWeight } = fitSum(pairs);
      const sumAt = (temperature: number): SumClassifier =>
        sumClassifier(
          {
            network: network.model,
            linear: linear.model,
            networkWeight: networkWeight / temperature,
            linearWeight: linearWeight / temperature,
          },
          { name },
        );
      const { features } = linear;
      const { vectors, source, trainedAs } = network;
      const parts = { ...network.parts, linear: linear.parts.linear };
      return measureCandidate(name, sumAt(1), source, classes).pipe(
        map((measured) => ({
          measured: { ...measured, temperature: 1 },
          // With few rows, the fitted weights alone may make it overconfident, so the smoothed temperature is applied.
          model: sumAt(measured.temperature),
          trainedAs,
          features,
          vectors,
          source,
          parts,
        })),
      );
    }),
  );
