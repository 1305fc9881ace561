import crc32 from 'crc-32';
import { concatMap, forkJoin, map, type Observable, of, type OperatorFunction, toArray } from 'rxjs';
import type { LiveHeadline, LivePrediction } from '../../contracts/live/Live.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { classifyLive } from '../../operators/live/classifyLive.js';
import type { LoadedModel } from '../inference/model.js';

/** A model that a worker has loaded. */
export interface WorkedModel {
  readonly id: string;
  readonly classify: OperatorFunction<readonly LiveHeadline[], LivePrediction>;
  readonly dispose: () => void;
}

/** A loaded model whose predictions carry its id. */
export const workedModel = ({ model, artifacts, encoder }: LoadedModel): WorkedModel => {
  const { text, labelEncoder, modelId = 'without an id' } = artifacts;
  const classify = classifyLive({ model, text, tokenizer: encoder, labelEncoder });
  return {
    id: modelId,
    classify: (batch$) =>
      batch$.pipe(
        classify,
        map((prediction) => ({ ...prediction, modelId })),
      ),
    dispose: () => model.dispose(),
  };
};

/** The models in use. */
export interface ModelsInUse {
  readonly inUse: WorkedModel;
  readonly candidate: { readonly model: WorkedModel; readonly share: number } | undefined;
}

/** The number of possible CRC-32 values. */
const CRC_VALUES = 2 ** 32;

/**
 * Whether a headline belongs to the candidate's share. The result depends only on the title, so it is the same on every
 * worker and for each delivery.
 */
const isOfShare = ({ title }: LiveHeadline, share: number): boolean => (crc32.str(title) >>> 0) / CRC_VALUES < share;

/** The models of a worker. They can be replaced between two batches. */
export class Rollout {
  #models: ModelsInUse | undefined;

  /** A model that is in use, by its id. */
  find(id: string): WorkedModel | undefined {
    return this.#loaded().find((model) => model.id === id);
  }

  /** Puts models in use, and disposes the models that are no longer in use. */
  use(models: ModelsInUse): void {
    const before = this.#loaded();
    this.#models = models;
    const now = this.#loaded();
    for (const model of before) if (!now.includes(model)) model.dispose();
  }

  dispose(): void {
    for (const model of this.#loaded()) model.dispose();
    this.#models = undefined;
  }

  /** Classifies each batch with the models that are in use when it arrives. */
  readonly classify: OperatorFunction<readonly LiveHeadline[], LivePrediction> = concatMap((batch) =>
    this.#classifyBatch(batch),
  );

  #loaded(): readonly WorkedModel[] {
    if (this.#models === undefined) return [];
    const { inUse, candidate } = this.#models;
    return candidate === undefined ? [inUse] : [inUse, candidate.model];
  }

  #classifyBatch(batch: readonly LiveHeadline[]): Observable<LivePrediction> {
    if (this.#models === undefined) throw new HeadwaterError('HW_USAGE', 'There is no model in use.');
    const { inUse, candidate } = this.#models;
    if (candidate === undefined) return of(batch).pipe(inUse.classify);
    const { model, share } = candidate;
    const parts = [
      batch.filter((one) => !isOfShare(one, share)),
      batch.filter((one) => isOfShare(one, share)),
    ] as const;
    const by = ({ classify }: WorkedModel, part: readonly LiveHeadline[]): Observable<readonly LivePrediction[]> =>
      part.length === 0 ? of([]) : of(part).pipe(classify, toArray());
    return forkJoin([by(inUse, parts[0]), by(model, parts[1])]).pipe(
      // Restores the order of the batch.
      concatMap(([old, fresh]) => {
        const found = new Map([...old, ...fresh].map((prediction) => [prediction.headline, prediction]));
        return batch.flatMap((headline) => found.get(headline) ?? []);
      }),
    );
  }
}
