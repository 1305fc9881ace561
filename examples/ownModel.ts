/**
 * A model of one's own from the ops: the mean of a headline's embeddings, and a linear layer on it. The order of the
 * words does not count.
 *
 *     npx tsx examples/ownModel.ts
 *
 * Whatever implements `Trainable` can be trained by `fit`, `trainStep` and `evaluate`. One part of it is no op of the
 * library, the mean over a row's tokens: it is defined here, with its gradient.
 */
import {
  expandDims,
  mul,
  sum,
  type Tensor,
  tensor,
  tensor3d,
  tidy,
  valueAndGrads,
  type Variable,
  variable,
} from '@tensorflow/tfjs-core';
import { concat, defer, finalize, firstValueFrom, ignoreElements, type Observable, of, switchMap } from 'rxjs';
import {
  Adam,
  alongside,
  BACKEND_NAME,
  batchSource,
  decode,
  defineOp,
  embedding,
  evaluate,
  fetchCsv,
  fit,
  HeadwaterError,
  headlineRow,
  linear,
  metrics,
  onBackend,
  type PaddedBatch,
  prepare,
  progress,
  type ProgressOptions,
  random,
  registerBackend,
  type Report,
  type Row,
  serveSample,
  softmax,
  softmaxCrossEntropy,
  type StateDict,
  type Trainable,
} from 'headwater';

/** 1 / length at a row's tokens and 0 at its padding, shape [B, T, 1]. */
const shares = (lengths: Int32Array, time: number): Tensor => {
  const values = new Float32Array(lengths.length * time);
  lengths.forEach((length, row) => values.fill(1 / length, row * time, row * time + length));
  return tensor3d(values, [lengths.length, time, 1]);
};

/**
 * mean[i] = Σ_t x[i, t] / length[i] over the row's tokens; so x[i, t] gets dMean[i] / length[i], and the padding
 * nothing.
 */
const meanOp = defineOp<{ x: Tensor }, [Tensor], { lengths: Int32Array; time: number }>({
  name: 'HeadwaterExampleMean',
  compose: ({ x }, { lengths, time }) => [sum(mul(x, shares(lengths, time)), 1)],
  gradient: {
    savedInputs: [],
    savedOutputs: [],
    backward: ([dMean], _saved, { lengths, time }) => ({ x: mul(expandDims(dMean!, 1), shares(lengths, time)) }),
  },
});

export interface MeanModelOptions {
  readonly vocabularySize: number;
  readonly classes: number;
  readonly classWeights?: Float32Array;
  /** Features of a token's embedding. Default 32. */
  readonly width?: number;
  readonly seed?: number;
}

/** What is to be freed at the end: the weights, and the optimizer's moments of them. */
export interface MeanModel extends Trainable {
  dispose(): void;
}

export const meanModel = ({
  vocabularySize,
  classes,
  classWeights,
  width = 32,
  seed = 1234,
}: MeanModelOptions): MeanModel => {
  registerBackend();
  meanOp.register();

  const draws = random(seed, 'weights');
  const drawn = (shape: readonly [number, number]): Variable =>
    tidy(() =>
      variable(
        tensor(
          Float32Array.from({ length: shape[0] * shape[1] }, () => 0.2 * draws.uniform() - 0.1),
          [...shape],
        ),
        false,
      ),
    );
  const { weights, adam } = onBackend(BACKEND_NAME, () => {
    const variables = new Map([
      ['embeddings', drawn([vocabularySize, width])],
      ['weight', drawn([classes, width])],
      ['bias', tidy(() => variable(tensor(new Float32Array(classes)), false))],
    ]);
    return { weights: variables, adam: new Adam(variables) };
  });
  const names = [...weights.keys()];

  const logits = (batch: PaddedBatch, [embeddings, weight, bias]: readonly Tensor[]): Tensor => {
    if (embeddings === undefined || weight === undefined || bias === undefined)
      throw new Error('The model has three weights.');
    const [mean] = meanOp.run({ x: embedding(embeddings, batch) }, { lengths: batch.lengths, time: batch.time });
    return linear(mean, weight, bias);
  };

  /** One synchronous step on the backend that the weights are on; no tensor made in it outlives it. */
  const step = <Result>(work: (weights: Variable[]) => Result): Result =>
    onBackend(BACKEND_NAME, () => {
      const results: Result[] = [];
      tidy(() => void results.push(work([...weights.values()])));
      return results[0] as Result;
    });
  const shapeOf = (weight: { readonly shape: readonly number[] } | undefined): string =>
    weight === undefined ? 'absent' : `of shape [${weight.shape.join(', ')}]`;
  const valuesOf = (result: Tensor): Float32Array => result.dataSync<'float32'>().slice();
  const numberOf = (result: Tensor): number => valuesOf(result)[0] ?? NaN;
  const weightOf = (labels: Int32Array): number =>
    labels.reduce((total, label) => total + (classWeights?.[label] ?? 1), 0);

  return {
    name: 'mean',
    classes,
    trainBatch: (batch, { learningRate }) =>
      step((variables) => {
        const loss = (...given: Tensor[]) => softmaxCrossEntropy(logits(batch, given), batch.labels, classWeights);
        const { value, grads } = valueAndGrads(loss)(variables);
        adam.step(new Map(grads.map((gradient, i) => [names[i] ?? '', gradient])), learningRate);
        return { loss: numberOf(value), weight: weightOf(batch.labels) };
      }),
    evaluateBatch: (batch) =>
      step((variables) => {
        const z = logits(batch, variables);
        return {
          loss: numberOf(softmaxCrossEntropy(z, batch.labels, classWeights)),
          weight: weightOf(batch.labels),
          probabilities: valuesOf(softmax(z)),
        };
      }),
    predictBatch: (batch) => step((variables) => valuesOf(softmax(logits(batch, variables)))),
    stateDict: (): StateDict =>
      new Map(Array.from(weights, ([name, weight]) => [name, { shape: weight.shape, data: valuesOf(weight) }])),
    loadStateDict: (state) => {
      // All of them first: a state that does not fit changes nothing.
      for (const name of new Set([...names, ...state.keys()])) {
        const [wanted, given] = [shapeOf(weights.get(name)), shapeOf(state.get(name))];
        if (wanted !== given)
          throw new HeadwaterError(
            'HW_ARTIFACT',
            `The weights do not fit the model: ${name} should be ${wanted}, but is ${given}.`,
          );
      }
      step(() => {
        for (const [name, { shape, data }] of state) weights.get(name)?.assign(tensor(data.slice(), [...shape]));
      });
    },
    dispose: () => {
      adam.dispose();
      for (const weight of weights.values()) weight.dispose();
    },
  };
};

export interface OwnModelOptions {
  readonly epochs?: number;
  readonly learningRate?: number;
  readonly seed?: number;
  readonly show?: ProgressOptions;
}

/** Trains it as any other model, and measures it. */
export const ownModel = (
  rows$: Observable<Row>,
  { epochs = 4, learningRate = 5e-3, seed = 1234, show }: OwnModelOptions = {},
): Observable<Report> =>
  prepare(rows$, { seed }).pipe(
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
