/**
 * Two models and a statistics sink on one batch stream: the data is read once an epoch, and all three see the very same
 * batches.
 *
 *     npx tsx examples/twoModels.ts
 */
import {
  concat,
  concatMap,
  connect,
  defer,
  finalize,
  firstValueFrom,
  forkJoin,
  ignoreElements,
  merge,
  type Observable,
  type OperatorFunction,
  range,
  switchMap,
  tap,
} from 'rxjs';
import {
  batches,
  type BatchOptions,
  type BatchStats,
  batchStats,
  classifier,
  classifierConfig,
  decode,
  evaluate,
  fetchCsv,
  headlineRow,
  type LabelledBatch,
  metrics,
  prepare,
  type Report,
  type Row,
  serveSample,
  type Side,
  type StepEnded,
  type Trainable,
  trainStep,
  valve,
} from 'headwater';

/**
 * Trains every model on each batch, and counts what the batches carry.
 *
 * `connect` subscribes to the batches once, when all are listening. (`share` would not do: a source that emits while it
 * is subscribed to has emitted everything to the first model before the second one listens.)
 */
export const trainTogether = (
  models: readonly Trainable[],
  epoch: number,
  learningRate: number,
): OperatorFunction<LabelledBatch, StepEnded | BatchStats> =>
  connect((batch$) =>
    merge(...models.map((model) => batch$.pipe(trainStep(model, { epoch, learningRate }))), batch$.pipe(batchStats())),
  );

export interface TwoModelsOptions extends Pick<BatchOptions, 'valve'> {
  readonly epochs?: number;
  readonly hiddenDim?: number;
  readonly learningRate?: number;
  readonly seed?: number;
  /** Told of every step of either model, and of every epoch's batches. */
  readonly tell?: (event: StepEnded | BatchStats) => void;
}

/** How the two did on the same test rows. */
export type Comparison = Readonly<Record<'gru' | 'rnn', Report>>;

const ignore = (): void => undefined;

/** Trains the lesson's GRU and its RNN side by side, and measures both. */
export const twoModels = (
  rows$: Observable<Row>,
  { epochs = 4, hiddenDim = 64, learningRate = 1e-3, seed = 1234, valve, tell = ignore }: TwoModelsOptions = {},
): Observable<Comparison> =>
  prepare(rows$, { seed, valve }).pipe(
    switchMap((split) =>
      defer(() => {
        const { tokenizer, labelEncoder, classWeights } = split;
        const model = (cell: 'gru' | 'rnn') =>
          classifier(
            classifierConfig({ cell, hiddenDim, vocabularySize: tokenizer.size, classes: labelEncoder.size }),
            { seed, classWeights },
          );
        const gru = model('gru');
        const rnn = model('rnn');
        const batch$ = (side: Side, epoch: number) => batches(split, { side, epoch, valve });

        const training$ = range(1, epochs).pipe(
          concatMap((epoch) => batch$('train', epoch).pipe(trainTogether([gru, rnn], epoch, learningRate))),
          tap(tell),
          ignoreElements(),
        );
        const measured$ = batch$('test', 1).pipe(
          connect((test$) =>
            forkJoin({
              gru: test$.pipe(evaluate(gru), metrics(labelEncoder.classes)),
              rnn: test$.pipe(evaluate(rnn), metrics(labelEncoder.classes)),
            }),
          ),
        );
        const dispose = (): void => [gru, rnn].forEach((trained) => trained.dispose());
        return concat(training$, measured$).pipe(finalize(dispose));
      }),
    ),
  );

if (process.argv[1] === import.meta.filename) {
  const brake = valve();
  const tell = (event: StepEnded | BatchStats): void => {
    if ('batches' in event)
      console.log(
        `an epoch: ${event.batches} batches, ${event.rows} rows, ${(100 * event.padding).toFixed(1)} % padding`,
      );
  };
  const comparison$ = serveSample().pipe(
    switchMap((url) => twoModels(fetchCsv(url, { valve: brake }).pipe(decode(headlineRow)), { valve: brake, tell })),
  );
  for (const [name, { performance }] of Object.entries(await firstValueFrom(comparison$)))
    console.log(`${name}: F1 ${performance.overall.f1.toFixed(3)}`);
}
