import * as tfc from '@tensorflow/tfjs-core';
import * as t from 'io-ts';
import { Writable } from 'node:stream';
import { concatMap, from, lastValueFrom, NEVER, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import * as kafka from '../../src/entries/kafka.js';
import * as nats from '../../src/entries/nats.js';
import * as headwater from '../../src/index.js';
import * as testing from '../../src/testing/index.js';
import { errorOf, type Callable } from './errorOf.js';
import { typedOptions } from './optionTypes.js';

const exported: Readonly<Record<string, unknown>> = {
  ...headwater,
  ...nats,
  ...kafka,
  ...testing,
  // A task, which answers when it is run.
  selectBackend: (...args: Parameters<typeof headwater.selectBackend>) =>
    headwater.promiseOf(headwater.selectBackend(...args)),
};

const exportedOptions = typedOptions(['headwater', 'nats', 'kafka', 'testing']);

const rows = testing.headlineRows({ count: 40, seed: 3 });
const split = await lastValueFrom(headwater.prepare(from(rows), { seed: 1 }));
const { tokenizer, labelEncoder } = split;
const frequencies = await lastValueFrom(from(rows.map(({ title }) => title)).pipe(headwater.DocumentFrequencies.fit()));

const size = { classes: labelEncoder.size, vocabularySize: tokenizer.size, embeddingDim: 4, hiddenDim: 4 };
const config = headwater.classifierConfig(size);
const linearConfig = headwater.linearConfig({ classes: size.classes, columns: 8 });
const wideConfig = headwater.wideGruConfig(size);
const model = headwater.classifier(config, { seed: 1 });
const linear = headwater.linearClassifier(linearConfig, { seed: 1, trainRows: 10 });
const network = headwater.wideGru(wideConfig, { seed: 1 });
const table = new headwater.RowTable({ rows: 4, width: 2 });
const artifacts: headwater.Artifacts = { config, weights: model.stateDict(), tokenizer, labelEncoder };
const tensor = tfc.tensor3d([1, 2, 3, 4], [1, 2, 2]);

/** Valid arguments, by the type of their parameter. */
const VALID: Readonly<Record<string, unknown>> = {
  Artifacts: artifacts,
  'Pick<Artifacts, "config" | "weights" | "features" | "vectors">': artifacts,
  CellName: 'gru',
  ClassifierConfig: config,
  DedupeMemoryJson: headwater.dedupeMemory().toJSON(),
  DeferredTrainable: model,
  DocumentFrequencies: frequencies,
  ErrorCode: 'HW_USAGE',
  FlowSnapshot: {
    type: 'flow',
    atMs: 0,
    intervalMs: 1,
    bottleneck: undefined,
    edges: [],
    idle: 0,
    stages: [],
    valves: [],
  },
  LabelEncoder: labelEncoder,
  'LayerWeights<Tensor>': {},
  LinearConfig: linearConfig,
  'Observable<Row>': from(rows),
  'Observable<TrainingUpdate>': NEVER,
  OnlineModel: model,
  'OperatorFunction<readonly T[], R>': concatMap((value: unknown) => of(value)),
  RowTable: table,
  Report: { performance: {} },
  SparseRows: { columns: 2, indices: Int32Array.of(0), values: Float32Array.of(1), offsets: Int32Array.of(0, 1) },
  Split: split,
  'StackWeights<Tensor>': {},
  SumParts: { linear, network, linearWeight: 0.5, networkWeight: 0.5 },
  TemperatureInput: { labels: [0, 1], logits: [1, 0, 0, 1] },
  Tensor: tensor,
  Tokenizer: tokenizer,
  'Trainable | DeferredTrainable': model,
  TypedArray: Float32Array.of(1),
  Uint8Array: new Uint8Array(8),
  'ArrayBuffer | Uint8Array': new Uint8Array(8),
  Vocabulary: tokenizer,
  WideGruConfig: wideConfig,
  Writable: new Writable(),
  string: 'news',
  'string | undefined': undefined,
  'ReadonlyMap<string, Variable>': new Map(),
  'Pick<PaddedBatch, "tokens" | "size" | "time">': testing.paddedBatch(),
  'Readable | string | URL': 'news.txt',
  'TableAddress | readonly TableAddress[]': 'news.csv',
  'string | URL': 'https://news.example/feed',
  'string | URL | readonly (string | URL)[] | Observable<readonly (string | URL)[]>': 'https://news.example/feed',
  'string | ReadonlyMap<string, Uint8Array>': new Map(),
  'string | Uint8Array': 'body',
  'readonly string[]': ['Sports', 'World'],
  'readonly ModelView[]': [{}],
  'readonly MixedPart[]': [{ model: linear, share: 1 }],
  'readonly T[]': [1],
  '(helpers: RunHelpers) => T': () => undefined,
  TrainedCandidate: { model, parts: {}, measured: {}, source: headwater.batchSource(split), trainedAs: 'linear' },
  't.Type<A, unknown>': t.unknown,
};

const DROPOUT = { rate: 0.1, seed: 1, epoch: 1, step: 0, site: 0 };

/** Valid options of the calls that need some. */
const NEEDED: Readonly<Record<string, object>> = {
  batches: { side: 'train' },
  boundedQueue: { highWaterMark: 1 },
  bucketByLength: { batchSize: 2 },
  classifier: { seed: 1 },
  classifierConfig: size,
  deferredClassifier: { seed: 1 },
  dropout: DROPOUT,
  featureDropout: DROPOUT,
  linearClassifier: { seed: 1, trainRows: 10 },
  linearConfig: { classes: 2, columns: 8 },
  liveHeadline: { title: 'Ferry returns' },
  microBatch: { maxSize: 2, maxWaitMs: 5 },
  mixLinear: { seed: 1, trainRows: 10 },
  'new RowTable': { rows: 4, width: 2 },
  prequential: { slot: headwater.modelSlot(model), tokenizer, labelEncoder },
  rowProgress: { label: 'rows' },
  serveModel: { model, tokenizer, labelEncoder },
  shed: { capacity: 2, policy: 'drop-oldest' },
  shuffle: { buffer: 2, seed: 1 },
  smallerArtifacts: { words: 2 },
  stratifiedSplit: { seed: 1, shares: { train: 0.7, validation: 0.15, test: 0.15 }, stratify: () => '' },
  trainable: { classes: 2, parameters: {}, forward: () => tensor },
  trainNetwork: {},
  trainStep: { epoch: 1, learningRate: 0.1 },
  wideGru: { seed: 1 },
  wideGruConfig: size,
  wordDropout: DROPOUT,
  jetStreamHeadlines: { connection: () => new Promise(() => undefined), stream: 'NEWS', group: 'news' },
  jetStreamModels: { connection: () => new Promise(() => undefined), bucket: 'MODELS' },
  toJetStream: { connection: () => new Promise(() => undefined), subject: 'news' },
  kafkaHeadlines: { client: { bootstrapBrokers: ['b:9092'] }, topic: 'news', group: 'news' },
  kafkaModels: { client: { bootstrapBrokers: ['b:9092'] }, topic: 'models' },
  toKafka: { client: { bootstrapBrokers: ['b:9092'] }, topic: 'news' },
};

/** The constructor of errors: a check in it would hide the error that is reported. */
const UNCHECKED: ReadonlySet<string> = new Set(['new HeadwaterError']);

const attempts = exportedOptions
  .filter(({ call }) => !UNCHECKED.has(call))
  .flatMap(({ kinds, ...option }) => {
    const wrong: readonly unknown[] = [
      ...(kinds.has('number') && !kinds.has('string') ? ['5'] : []),
      ...(kinds.has('boolean') && !kinds.has('string') ? ['no'] : []),
      ...(kinds.has('string') && !kinds.has('number') ? [5] : []),
      ...(kinds.has('choice') && !kinds.has('string') ? ['none of them'] : []),
    ];
    return wrong.map((value) => ({ ...option, value }));
  });

describe('options of the exported functions', () => {
  it('are refused by a sentence with their name and their value, if they have another type', async () => {
    const accepted: string[] = [];
    for (const { call, parameters, index, option, value } of attempts) {
      const called = exported[call.replace('new ', '')] as Callable;
      const args = parameters.slice(0, index + 1).map((type) => VALID[type]);
      args[index] = { ...NEEDED[call], [option]: value };
      const error = await errorOf(called, args);
      const message = error instanceof Error ? error.message : '';
      const quoted = JSON.stringify(value);
      if (!(error instanceof headwater.HeadwaterError && message.includes(option) && message.includes(quoted)))
        accepted.push(
          `${call} ${option} ${quoted}: ${error instanceof headwater.HeadwaterError ? '' : 'NOT '}${message}`,
        );
    }
    expect(accepted).toEqual([]);
  });

  it('are refused by a sentence that names the function, if they are null', async () => {
    const wrong: string[] = [];
    const places = new Map(attempts.map((attempt) => [`${attempt.call} ${attempt.index}`, attempt]));
    for (const { call, parameters, index } of places.values()) {
      const args = [...parameters.slice(0, index).map((type) => VALID[type]), null];
      const error = await errorOf(exported[call.replace('new ', '')] as Callable, args);
      if (!(error instanceof headwater.HeadwaterError && error.message.includes(call.replace('new ', ''))))
        wrong.push(`${call} ${index}: ${error instanceof Error ? error.message : 'accepted'}`);
    }
    expect(wrong).toEqual([]);
  });
});
