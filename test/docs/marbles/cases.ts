import {
  concat,
  firstValueFrom,
  ignoreElements,
  map,
  merge,
  mergeAll,
  type Observable,
  of,
  type OperatorFunction,
  scan,
  Subject,
  take,
  tap,
  timer,
} from 'rxjs';
import type { RunHelpers } from 'rxjs/testing';
import type { TrainingState, TrainingStep } from '../../../src/contracts/training/TrainingState.js';
import { bucketByLength } from '../../../src/operators/batches/bucketByLength.js';
import { boundedQueue } from '../../../src/operators/flow/boundedQueue.js';
import { trace } from '../../../src/operators/flow/trace.js';
import { watchFlow } from '../../../src/operators/flow/watchFlow.js';
import { modelSlot } from '../../../src/operators/learning/modelSlot.js';
import { pageHinkley } from '../../../src/operators/learning/pageHinkley.js';
import { prequential } from '../../../src/operators/learning/prequential.js';
import { classifyLive } from '../../../src/operators/live/classifyLive.js';
import { dedupe } from '../../../src/operators/live/dedupe.js';
import { explainHeadlines } from '../../../src/operators/live/explainHeadlines.js';
import { microBatch } from '../../../src/operators/live/microBatch.js';
import { shed, type ShedValue } from '../../../src/operators/live/shed.js';
import { throughDeliveries } from '../../../src/operators/live/throughDeliveries.js';
import { runningScores } from '../../../src/operators/learning/runningScores.js';
import { decode } from '../../../src/operators/rows/decode.js';
import { headlineRow } from '../../../src/operators/rows/headlineRow.js';
import { kFold } from '../../../src/operators/rows/kFold.js';
import { prepare } from '../../../src/operators/rows/prepare.js';
import { preprocess } from '../../../src/operators/rows/preprocess.js';
import { shuffle } from '../../../src/operators/rows/shuffle.js';
import { stratifiedSplit } from '../../../src/operators/rows/stratifiedSplit.js';
import { tokenize } from '../../../src/operators/rows/tokenize.js';
import { earlyStopping } from '../../../src/operators/training/earlyStopping.js';
import { evaluate } from '../../../src/operators/training/evaluate.js';
import { fit } from '../../../src/operators/training/fit.js';
import { initialTrainingState } from '../../../src/operators/training/initialTrainingState.js';
import { predict } from '../../../src/operators/training/predict.js';
import { reduceLrOnPlateau } from '../../../src/operators/training/reduceLrOnPlateau.js';
import { trainStep } from '../../../src/operators/training/trainStep.js';
import { alongside } from '../../../src/sinks/alongside.js';
import { batchStats } from '../../../src/sinks/metrics/batchStats.js';
import { flowTrace } from '../../../src/sinks/flow/flowTrace.js';
import { metrics } from '../../../src/sinks/metrics/metrics.js';
import { reliability } from '../../../src/sinks/metrics/reliability.js';
import { temperature } from '../../../src/sinks/metrics/temperature.js';
import { valve } from '../../../src/streams/valve.js';
import { labelledBatch } from '../../../src/testing/labelledBatch.js';
import { marbleSource } from '../../../src/testing/marbleSource.js';
import { marbleValve } from '../../../src/testing/marbleValve.js';
import { recordingDeliveries } from '../../../src/testing/recordingDeliveries.js';
import { recordingModel } from '../../../src/testing/recordingModel.js';
import { DocumentFrequencies } from '../../../src/text/features/DocumentFrequencies.js';
import { LabelEncoder } from '../../../src/text/LabelEncoder.js';
import { Tokenizer } from '../../../src/text/Tokenizer.js';
import { collectVectors } from '../../../src/text/vectors/collectVectors.js';
import { vectorCoverage } from '../../../src/text/vectors/vectorCoverage.js';
import { headline } from '../../operators/live/headline.js';
import { evaluated, padded } from '../../sinks/batches.js';

/** What a diagram is run with: the marbles of its lines by their names. */
export interface Run {
  readonly helpers: RunHelpers;
  readonly marbles: (line: string) => string;
  /** A cold source that plays a line. */
  readonly play: <T = string>(line: string, values?: Readonly<Record<string, T>>) => Observable<T>;
}

/** What each further line of a diagram must show, as letters. */
export type Case = (run: Run) => Readonly<Record<string, Observable<string>>>;

const letters = (all: string) => map((_: unknown, at: number) => all[at] ?? '?');

const tokenizer = await firstValueFrom(of('cup final ferry').pipe(Tokenizer.fit()));
const labelEncoder = LabelEncoder.of(['Sports', 'World']);

const vectors = await firstValueFrom(of({ word: 'a', values: Float32Array.of(1) }).pipe(collectVectors()));

const scored = evaluated([0, 1], [0, 1]);
const withProbabilities = { ...scored, probabilities: Float32Array.of(0.75, 0.25, 0.25, 0.75) };

const sourceRow = (id: number, title: string) => ({
  id,
  source: 'news.csv',
  line: id + 2,
  byte: 0,
  fields: { title, category: 'World' },
});

const headlines = (count: number, first: number) =>
  Array.from({ length: count }, (_, at) => headline({ id: first + at, title: 'cup final' }));

/** The states of a training after each epoch, of their validation losses. */
const statesAfter =
  (step: TrainingStep): OperatorFunction<number, TrainingState> =>
  (losses$) =>
    losses$.pipe(
      map((validationLoss, index) => ({ epoch: index + 1, trainLoss: 1, validationLoss })),
      scan(step, initialTrainingState({ learningRate: 1e-3 })),
    );

/** Seeds of which the order, and the sides, are those that are drawn. */
const SHUFFLE_SEED = 1;
const SPLIT_SEED = 1;

/** How each diagram of the documentation is run, by the file that it stands in. */
export const CASES: Readonly<Record<string, Case>> = {
  valve: ({ helpers, marbles }) => {
    const brake = valve();
    for (const line of ['a', 'b']) {
      let release = (): void => undefined;
      helpers.hot(marbles(line)).subscribe((sign) => {
        if (sign === 'h') release = brake.hold();
        else release();
      });
    }
    return { open$: brake.open$.pipe(map((open) => (open ? 'o' : 'c'))) };
  },
  explainHeadlines: ({ play }) => ({
    explanations: play('headlines', { a: headline({ title: 'cup' }), b: headline({ title: 'ferry' }) }).pipe(
      explainHeadlines({ model: recordingModel(), tokenizer, labelEncoder }),
      letters('AB'),
    ),
  }),
  boundedQueue: ({ play }) => {
    const brake = valve();
    return {
      result: play('source').pipe(
        boundedQueue({
          valve: brake,
          highWaterMark: 2,
          project: (value) => timer(4).pipe(map(() => value)),
        }),
      ),
      valve: brake.open$.pipe(map((open) => (open ? 'o' : 'c'))),
    };
  },
  shuffle: ({ play }) => ({ result: play('source').pipe(shuffle({ buffer: 2, seed: SHUFFLE_SEED })) }),
  stratifiedSplit: ({ play }) => ({
    result: play('source').pipe(
      stratifiedSplit({
        shares: { train: 0.6, validation: 0.2, test: 0.2 },
        seed: SPLIT_SEED,
        stratify: (value) => value,
      }),
      map(({ row, side }) => ({ train: row.toUpperCase(), validation: 'V', test: 'T' })[side]),
    ),
  }),
  prepare: ({ play }) => ({
    result: prepare(
      play('rows$').pipe(
        map((sign, id) => ({
          id,
          title: `Cup final ${'abcde'.charAt(id)}`,
          category: sign === 'r' ? 'Sports' : 'World',
        })),
      ),
    ).pipe(letters('p')),
  }),
  kFold: ({ play }) => ({
    result: kFold(
      play('rows$', { r: { id: 0, title: 'Cup final', category: 'Sports' } }).pipe(
        map((row, id) => ({ ...row, id, title: `Cup final ${id}` })),
      ),
      { folds: 3 },
    ).pipe(map(({ fold }) => String(fold))),
  }),
  bucketByLength: ({ play }) => {
    const row = (id: number, length: number) => ({ id, tokens: new Int32Array(length).fill(2) });
    return {
      result: play('source', { a: row(0, 1), b: row(1, 5), c: row(2, 2), d: row(3, 4), e: row(4, 7) }).pipe(
        bucketByLength({ batchSize: 2, boundaries: [3] }),
        map(({ ids }) => ({ '0,2': 'A', '1,3': 'B', '4': 'C' })[ids.join(',')] ?? '?'),
      ),
    };
  },
  alongside: ({ play }) => ({
    result: play('source').pipe(
      // A sink that takes three frames more when its source has ended.
      alongside((source) => concat(source.pipe(ignoreElements()), timer(3).pipe(ignoreElements()))),
    ),
  }),
  marbleSource: ({ helpers, marbles }) => ({
    source: marbleSource(helpers, marbles('diagram'), undefined, { valve: marbleValve(helpers, marbles('valve')) }),
  }),
  marbleValve: ({ helpers, marbles }) => ({
    open$: marbleValve(helpers, marbles('diagram')).open$.pipe(map((open) => (open ? 'o' : 'c'))),
  }),
  LabelEncoder: ({ play }) => ({ encoder$: play('labels$').pipe(LabelEncoder.fit(), letters('e')) }),
  Tokenizer: ({ play }) => ({ tokenizer$: play('texts$').pipe(Tokenizer.fit(), letters('t')) }),
  DocumentFrequencies: ({ play }) => ({
    frequencies$: play('texts$').pipe(
      DocumentFrequencies.fit(),
      map(({ documents }) => (documents === 2 ? 'f' : '?')),
    ),
  }),
  collectVectors: ({ play }) => {
    const words = { a: { word: 'a', values: Float32Array.of(1) }, b: { word: 'b', values: Float32Array.of(2) } };
    return {
      vectors$: play('words$', words).pipe(
        collectVectors(),
        map(({ size }) => (size === 2 ? 'v' : '?')),
      ),
      limited$: play('words$', words).pipe(
        collectVectors({ limit: 1 }),
        map(({ origin }) => (origin.cut ? 'v' : '?')),
      ),
    };
  },
  vectorCoverage: ({ play }) => ({
    coverage$: play('texts$').pipe(vectorCoverage(vectors), letters('c')),
  }),
  classifyLive: ({ play }) => ({
    predictions: play('batches', { A: headlines(3, 0), B: headlines(2, 3) }).pipe(
      classifyLive({ model: recordingModel(), tokenizer, labelEncoder }),
      letters('abcde'),
    ),
  }),
  dedupe: ({ play }) => ({
    result: play('source').pipe(
      map((guid) => headline({ guid, title: guid })),
      dedupe(),
      map(({ title }) => title),
    ),
  }),
  microBatch: ({ play }) => ({
    result: play('source').pipe(
      microBatch({ maxSize: 3, maxWaitMs: 5 }),
      map((batch) => ({ abc: 'x', d: 'y', e: 'z' })[batch.join('')] ?? '?'),
    ),
  }),
  shed: ({ play }) => {
    const dropped = new Subject<ShedValue<string>>();
    return {
      result: play('source').pipe(
        shed({ capacity: 2, policy: 'oldest', dropped, project: (value) => timer(6).pipe(map(() => value)) }),
      ),
      dropped: dropped.pipe(map(({ value }) => value)),
    };
  },
  throughDeliveries: ({ play }) => {
    const { deliveries } = recordingDeliveries(['a', 'b', 'c']);
    return {
      result: play('source', { A: deliveries.slice(0, 2), B: deliveries.slice(2) }).pipe(
        throughDeliveries((batch$: Observable<readonly string[]>) =>
          batch$.pipe(
            mergeAll(),
            tap((value) => {
              if (value === 'c') throw new Error('It cannot be worked on.');
            }),
          ),
        ),
        letters('xy'),
      ),
    };
  },
  decode: ({ play }) => {
    const rejections = new Subject<unknown>();
    return {
      result: play('source', { r: sourceRow(0, 'Ferry returns'), x: sourceRow(1, ' ') }).pipe(
        decode(headlineRow, { rejections }),
        map(() => 'a'),
      ),
      rejections: rejections.pipe(map(() => 'j')),
    };
  },
  preprocess: ({ play }) => {
    const row = { id: 0, title: 'The Ferry Returns', category: 'World' };
    return {
      result: play('source', { a: row, b: row }).pipe(
        preprocess(),
        tap(({ text }) => {
          if (text !== 'ferry returns') throw new Error(text);
        }),
        letters('pq'),
      ),
    };
  },
  tokenize: ({ play }) => {
    const row = { id: 0, title: 'Cup final', category: 'Sports', text: 'cup final' };
    return { result: play('source', { a: row, b: row }).pipe(tokenize(tokenizer, labelEncoder), letters('tu')) };
  },
  evaluate: ({ play }) => ({
    evaluated: play('batches', {
      A: labelledBatch({ seed: 1 }),
      B: labelledBatch({ seed: 2 }),
      C: labelledBatch({ seed: 3 }),
    }).pipe(evaluate(recordingModel()), letters('abc')),
  }),
  predict: ({ play }) => ({
    predictions: play('batches', {
      A: labelledBatch({ seed: 1, size: 3 }),
      B: labelledBatch({ seed: 2, size: 2 }),
    }).pipe(predict(recordingModel()), letters('abcde')),
  }),
  trainStep: ({ play }) => ({
    events: play('batches', {
      A: labelledBatch({ seed: 1 }),
      B: labelledBatch({ seed: 2 }),
      C: labelledBatch({ seed: 3 }),
    }).pipe(
      trainStep(recordingModel(), { epoch: 1, learningRate: 1e-3 }),
      map(({ step }) => String(step)),
    ),
  }),
  metrics: ({ play }) => ({
    result: play('source', { e: scored }).pipe(metrics(['Sports', 'World']), letters('r')),
  }),
  batchStats: ({ play }) => ({ result: play('source', { b: padded([2, 1]) }).pipe(batchStats(), letters('s')) }),
  reliability: ({ play }) => ({
    result: play('source', { e: withProbabilities }).pipe(reliability(), letters('r')),
  }),
  temperature: ({ play }) => ({
    result: play('source', { e: withProbabilities }).pipe(temperature(), letters('t')),
  }),
  trace: ({ play }) => ({ result: play('source').pipe(trace('tokenize')) }),
  watchFlow: ({ play }) => ({
    result: merge(watchFlow({ every: 10 }), play('pipeline').pipe(trace('all'), ignoreElements())).pipe(
      take(2),
      map(({ stages: [stage] }) => (stage?.name === 'all' && stage.rate > 0 ? 's' : '?')),
    ),
  }),
  flowTrace: ({ play }) => ({
    result: play('snapshots', {
      s: {
        type: 'flow' as const,
        atMs: 1000,
        intervalMs: 1000,
        stages: [],
        edges: [],
        valves: [{ holder: 'printer', share: 1, heldMs: 1000 }],
        idle: 1,
        bottleneck: undefined,
      },
    }).pipe(
      flowTrace(),
      map((text) => (text.startsWith('[') ? 'a' : text.endsWith(']\n') ? 'c' : 'b')),
    ),
  }),
  prequential: ({ play }) => {
    const cup = (id: number, category?: string) => headline({ id, title: 'cup', source: 'news', category });
    const label = (id: number) => ({ source: 'news', id, category: 'Sports' });
    const labels$ = play('labels$', { a: label(0), c: label(2) });
    return {
      events: play('batches', { A: [cup(0), cup(1, 'Sports')], B: [cup(2)] }).pipe(
        prequential({ slot: modelSlot(recordingModel()), tokenizer, labelEncoder, labels$, batchSize: 2 }),
        map(({ type }) => ({ 'live-prediction': 'p', scored: 's', learnt: 'L' })[type as string] ?? '?'),
      ),
    };
  },
  pageHinkley: ({ play }) => ({
    drifts: play('errors').pipe(
      map((error) => Number(error)),
      pageHinkley({ threshold: 2, leastRows: 4 }),
      map(() => 'd'),
    ),
  }),
  fit: ({ play }) => {
    const batch = labelledBatch({ seed: 1 });
    const source = {
      rows: { train: 2, validation: 1, test: 0 },
      batches: (side: string) => play(side, { a: batch, b: batch, v: batch }),
    };
    return {
      events: play('sources', { S: source }).pipe(
        fit(recordingModel(), { epochs: 2 }),
        map(
          ({ type }) =>
            ({
              'training-started': 't',
              'epoch-started': 'e',
              step: 's',
              'validation-step': 'v',
              epoch: 'p',
              'training-ended': 'T',
            })[type as string] ?? '?',
        ),
      ),
    };
  },
  earlyStopping: ({ play }) => ({
    patience: play('epochs', { a: 1, b: 0.8, c: 0.9, d: 0.7, e: 0.7, f: 0.9 }).pipe(
      statesAfter(earlyStopping({ patience: 2 })),
      map(({ patience, stop }) => ((patience === 0) === (stop === 'patience') ? String(patience) : '?')),
    ),
  }),
  reduceLrOnPlateau: ({ play }) => {
    const state$ = play('epochs', { a: 1, b: 0.8, c: 0.9 }).pipe(statesAfter(reduceLrOnPlateau({ patience: 3 })));
    return {
      bad: state$.pipe(map(({ plateau }) => String(plateau.badEpochs))),
      rate: state$.pipe(map(({ learningRate }) => String(Math.round(-Math.log10(learningRate))))),
    };
  },
  runningScores: ({ play }) => ({
    result: play('scored', {
      s: {
        type: 'scored' as const,
        prediction: {
          type: 'live-prediction' as const,
          headline: headline(),
          category: 'Sports',
          distribution: [
            { category: 'Sports', probability: 0.75 },
            { category: 'World', probability: 0.25 },
          ],
          known: 1,
          latencyMs: 1,
        },
        category: 'Sports',
        correct: true,
        loss: 0.3,
        waitedMs: 0,
      },
    }).pipe(
      runningScores(['Sports', 'World']),
      map(() => 'r'),
    ),
  }),
};
