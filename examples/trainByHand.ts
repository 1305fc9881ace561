/**
 * The whole path, composed by hand: a table that comes over HTTP becomes a classifier that is trained, measured and
 * saved.
 *
 *     npx tsx examples/trainByHand.ts
 *
 * (`prepare` and `batchSource` do the middle of it in two calls. Here are the operators underneath.)
 */
import { join } from 'node:path';
import {
  concat,
  connect,
  defer,
  filter,
  finalize,
  firstValueFrom,
  forkJoin,
  identity,
  ignoreElements,
  last,
  map,
  type Observable,
  of,
  type OperatorFunction,
  reduce,
  switchMap,
} from 'rxjs';
import {
  alongside,
  artifactFiles,
  type BatchSource,
  boundedQueue,
  bucketByLength,
  classifier,
  classifierConfig,
  classWeights,
  deadLetters,
  decode,
  encodeArtifacts,
  evaluate,
  fetchCsv,
  fit,
  headlineRow,
  LabelEncoder,
  metrics,
  metricsTable,
  type Preprocessed,
  preprocess,
  progress,
  type ProgressOptions,
  type Report,
  type Row,
  serveSample,
  shuffle,
  type Side,
  type SidedRow,
  stratifiedSplit,
  tokenize,
  Tokenizer,
  valve,
} from 'headwater';

export interface TrainByHandOptions {
  /** The folder for the artifacts, and for a snapshot of the table, so that every epoch reads the same bytes. */
  readonly out: string;
  readonly epochs?: number;
  readonly hiddenDim?: number;
  readonly learningRate?: number;
  readonly seed?: number;
  readonly show?: ProgressOptions;
}

const SHARES = { train: 0.7, validation: 0.15, test: 0.15 };

const count = <T>(): OperatorFunction<T, ReadonlyMap<T, number>> =>
  reduce(
    (counts: ReadonlyMap<T, number>, value: T) => new Map(counts).set(value, (counts.get(value) ?? 0) + 1),
    new Map<T, number>(),
  );

/** One reading of all rows: the vocabulary and the classes of the train rows, and how many rows there are of what. */
const learn = connect((sided$: Observable<SidedRow<Preprocessed<Row>>>) => {
  const train$ = sided$.pipe(
    filter(({ side }) => side === 'train'),
    map(({ row }) => row),
  );
  const text$ = train$.pipe(map(({ text }) => text));
  const category$ = train$.pipe(map(({ category }) => category));
  return forkJoin({
    tokenizer: text$.pipe(Tokenizer.fit({ numTokens: 5000 })),
    labelEncoder: category$.pipe(LabelEncoder.fit()),
    classes: category$.pipe(count()),
    sides: sided$.pipe(
      map(({ side }) => side),
      count(),
    ),
  });
});

/** Trains on the table at `source` and emits the report on its test rows, once everything is saved. */
export const trainByHand = (
  source: string | URL,
  { out, epochs = 8, hiddenDim = 64, learningRate = 1e-3, seed = 1234, show }: TrainByHandOptions,
): Observable<Report> =>
  defer(() => {
    // An operator that falls behind holds the valve, and the source waits. Rows that cannot be read become rejections;
    // more than 100 of them end the training.
    const brake = valve();
    const rejections = deadLetters({ limit: 100 });

    // Cold: each subscription reads the table again. The seed alone decides the order here, so a row is on the same
    // side each time.
    const sided$ = fetchCsv(source, { valve: brake, rejections, snapshotDir: join(out, 'snapshots') }).pipe(
      decode(headlineRow, { rejections }),
      shuffle({ buffer: 50_000, seed, valve: brake }),
      preprocess(),
      stratifiedSplit({ shares: SHARES, seed, stratify: ({ category }) => category, groupBy: ({ text }) => text }),
    );

    return sided$.pipe(
      learn,
      switchMap(({ tokenizer, labelEncoder, classes, sides }) => {
        const batches = (side: Side, epoch: number) =>
          sided$.pipe(
            filter((sided) => sided.side === side),
            map(({ row }) => row),
            side === 'train' ? shuffle({ buffer: 50_000, seed, epoch, valve: brake }) : identity,
            tokenize(tokenizer, labelEncoder),
            bucketByLength({ batchSize: 64 }),
            boundedQueue({ valve: brake, highWaterMark: 8 }),
          );
        const rows = (side: Side): number => sides.get(side) ?? 0;
        const batchSource: BatchSource = {
          rows: { train: rows('train'), validation: rows('validation'), test: rows('test') },
          batches,
        };

        const weights = classWeights(labelEncoder.classes.map((name) => classes.get(name) ?? 0));
        const model = classifier(
          classifierConfig({ cell: 'gru', vocabularySize: tokenizer.size, classes: labelEncoder.size, hiddenDim }),
          { seed, classWeights: weights },
        );

        const training$ = of(batchSource).pipe(
          fit(model, { epochs, learningRate }),
          alongside(progress(show)),
          ignoreElements(),
        );
        const report$ = batches('test', 1).pipe(
          evaluate(model),
          metrics(labelEncoder.classes),
          alongside(
            artifactFiles(out, ({ performance }: Report) =>
              encodeArtifacts({
                config: model.config,
                weights: model.stateDict(),
                tokenizer,
                labelEncoder,
                performance,
              }),
            ),
          ),
          last(), // the report goes on when the files are written
        );
        return concat(training$, report$).pipe(finalize(() => model.dispose()));
      }),
    );
  });

if (process.argv[1] === import.meta.filename) {
  // The sample's server runs for as long as it is subscribed to: until the report is there.
  const report$ = serveSample().pipe(switchMap((url) => trainByHand(url, { out: 'artifacts/by-hand' })));
  console.log(metricsTable(await firstValueFrom(report$)));
}
