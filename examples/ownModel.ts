/**
 * A model of one's own: the mean of a headline's embeddings, and a linear layer on it. The order of the words does not
 * count.
 *
 *     npx tsx examples/ownModel.ts
 *
 * `trainable` makes a model of a function from a batch to its logits, and `fit`, `trainStep` and `evaluate` train and
 * measure it. The function uses ops of the library and ops of tfjs; `registerOps({ stockGradients: true })` registers
 * the gradients of the latter.
 */
import { mul, sum, type Tensor, tensor3d } from '@tensorflow/tfjs-core';
import { concat, defer, finalize, firstValueFrom, from, ignoreElements, type Observable, of, switchMap } from 'rxjs';
import {
  alongside,
  batchSource,
  decode,
  embedding,
  evaluate,
  fetchCsv,
  fit,
  headlineRow,
  linear,
  metrics,
  type OwnModel,
  type PaddedBatch,
  prepare,
  progress,
  type ProgressOptions,
  registerOps,
  type Report,
  type Row,
  serveSample,
  trainable,
} from 'headwater';

/** 1 / length at a row's tokens and 0 at its padding, shape [B, T, 1]. */
const shares = ({ size, time, lengths }: PaddedBatch): Tensor => {
  const values = new Float32Array(size * time);
  lengths.forEach((length, row) => values.fill(1 / length, row * time, row * time + length));
  return tensor3d(values, [size, time, 1]);
};

export interface MeanModelOptions {
  readonly vocabularySize: number;
  readonly classes: number;
  readonly classWeights?: Float32Array | undefined;
  /** Features of a token's embedding. Default 32. */
  readonly width?: number | undefined;
  readonly seed?: number | undefined;
}

export const meanModel = ({ vocabularySize, classes, classWeights, width = 32, seed }: MeanModelOptions): OwnModel =>
  trainable({
    name: 'mean',
    classes,
    classWeights,
    seed,
    parameters: {
      embeddings: { shape: [vocabularySize, width], uniform: 0.1 },
      weight: { shape: [classes, width], uniform: 0.1 },
      bias: { shape: [classes] },
    },
    forward: ({ embeddings, weight, bias }, batch) =>
      linear(sum(mul(embedding(embeddings, batch), shares(batch)), 1), weight, bias),
  });

export interface OwnModelOptions {
  readonly epochs?: number | undefined;
  readonly learningRate?: number | undefined;
  readonly seed?: number | undefined;
  readonly show?: ProgressOptions | undefined;
}

/** Trains it as any other model, and measures it. */
export const ownModel = (
  rows$: Observable<Row>,
  { epochs = 4, learningRate = 5e-3, seed = 1234, show }: OwnModelOptions = {},
): Observable<Report> =>
  from(registerOps({ stockGradients: true })).pipe(
    switchMap(() => prepare(rows$, { seed })),
    switchMap((split) =>
      defer(() => {
        const { tokenizer, labelEncoder, classWeights } = split;
        const model = meanModel({ vocabularySize: tokenizer.size, classes: labelEncoder.size, classWeights, seed });
        const source = batchSource(split);
        const training$ = of(source).pipe(
          fit(model, { epochs, learningRate }),
          alongside(progress(show)),
          ignoreElements(),
        );
        const report$ = source.batches('test', 1).pipe(evaluate(model), metrics(labelEncoder.classes));
        return concat(training$, report$).pipe(finalize(() => model.dispose()));
      }),
    ),
  );

if (process.argv[1] === import.meta.filename) {
  const report$ = serveSample().pipe(switchMap((url) => ownModel(fetchCsv(url).pipe(decode(headlineRow)))));
  const { performance } = await firstValueFrom(report$);
  console.log(`test F1 ${performance.overall.f1.toFixed(3)}`);
}
