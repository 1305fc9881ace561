/**
 * The time of each part of a train step, and the throughput of the kernels compared with this machine's peak. It prints
 * one JSON line per figure and runs in its own process.
 *
 *     phases.ts NEWS_CSV [--models gru,rnn] [--batch 64] [--hidden 128] [--threads 2] [--seconds 3]
 *
 * A step is divided into the same parts as in the classifier's kernel. Its products are counted as they are computed
 * (each distinct token of a batch is projected once, no step runs past a row's length, and there is one reverse step),
 * not as the lesson would compute them. So GFLOP/s refer to the work that is really done.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import {
  Adam,
  BACKEND_NAME,
  batches as batchesOf,
  type Cell,
  type ClassifierConfig,
  classifier,
  classifierConfig,
  decode,
  fetchCsv,
  headlineRow,
  type LabelledBatch,
  onBackend,
  prepare,
  raiseEngineFlags,
  registerBackend,
} from 'headwater';
import { lastValueFrom, reduce } from 'rxjs';
import {
  backendVariant,
  crossEntropyInPlace,
  drop,
  embeddedBackward,
  embeddedForward,
  gradientNames,
  KernelMachine,
  kernelModule,
  linear,
  linearGradients,
  multiply,
  panelsOf,
  type ClassifierInputs,
  type EmbeddedBackend,
  type Resident,
} from './built.js';
import { ENGINE, median, say } from './Figure.js';
import { measure } from './measure.js';
import { readWorkload, similarBatches, VOCABULARY } from './workload.js';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    models: { type: 'string', default: 'gru,rnn' },
    batch: { type: 'string', default: '64' },
    hidden: { type: 'string', default: '128' },
    threads: { type: 'string', default: String(availableParallelism()) },
    seconds: { type: 'string', default: '3' },
  },
});
const csv = positionals[0] ?? '';
const batchSize = Number(options.batch);
const seconds = Number(options.seconds);

raiseEngineFlags();
registerBackend({ threads: Number(options.threads) });
const { simd, threads } = backendVariant();
const common = { backend: 'headwater', engine: ENGINE, threads, simd };

/**
 * GFLOP/s of the product kernel with factors that stay in the L1 and L2 caches, in the shapes of the lesson's recurrent
 * product.
 */
const productPeak = async (): Promise<number | undefined> => {
  const compiled = kernelModule();
  if (compiled.simd === 'none') return undefined;
  const machine = new KernelMachine(compiled, { threads });
  const [m, k, n] = [256 * threads, 128, 384];
  const fill = (values: number): number => {
    const at = machine.memory.allocate(values * 4);
    machine.memory.floats(at, values).fill(0.5);
    return at;
  };
  const panels = panelsOf(machine, { shape: [n, k], at: fill(n * k), id: {} }, true);
  const [a, c] = [fill(m * k), fill(m * n)];
  const flops = 2 * m * n * k;
  const { p50Us } = await measure(
    () => {
      multiply(machine, a, m, panels, 0, c);
      return 1;
    },
    { warmup: 0.3, seconds: Math.min(1, seconds) },
  );
  return flops / (p50Us * 1000);
};

const GATES: Readonly<Record<Cell, number>> = { rnn: 1, gru: 3, lstm: 4 };

const distinct = (tokens: Iterable<number>): number => new Set(tokens).size;

/**
 * Multiply-adds of a batch's forward pass, times two. A backward pass computes each product twice more, once for each
 * of its two factors.
 */
const forwardFlops = (
  { cell, bidirectional, embeddingDim: e, hiddenDim: h, fcDim: f, classes }: ClassifierConfig,
  { size, time, tokens, lengths }: LabelledBatch,
): number => {
  const width = GATES[cell] * h;
  const used: number[] = [];
  const last: number[] = [];
  lengths.forEach((length, row) => {
    const own = tokens.subarray(row * time, row * time + length);
    used.push(...own);
    last.push(own[length - 1]!);
  });
  // The first step starts from zeros, so its recurrent product is skipped.
  const forward = distinct(used) * e * width + (used.length - size) * h * width;
  const reverse = bidirectional ? distinct(last) * e * width : 0;
  return 2 * (forward + reverse + size * ((bidirectional ? 2 : 1) * h * f + f * classes));
};

const peak = await productPeak();
if (peak !== undefined)
  say({ ...common, what: 'peak', note: 'product kernel, factors in cache', gflops: Number(peak.toPrecision(3)) });

/** The milliseconds per batch of reading an epoch: CSV, decoding, shuffle, preprocessing, tokens, padding. */
const dataPathMs = async (): Promise<number> => {
  const split = await lastValueFrom(
    prepare(fetchCsv(csv, { columns: ['title', 'category'] }).pipe(decode(headlineRow)), { numTokens: VOCABULARY }),
  );
  let epoch = 0;
  const { perSecond } = await measure(
    async () => {
      epoch += 1;
      return lastValueFrom(batchesOf(split, { side: 'train', epoch, batchSize }).pipe(reduce((count) => count + 1, 0)));
    },
    { warmup: 0.5, seconds: Math.min(2, seconds) },
    true,
  );
  return 1000 / perSecond;
};
const dataMs = await dataPathMs();

const { tokenizer, labelEncoder, encoded } = await readWorkload(csv);
const batches = similarBatches(encoded, batchSize);

const phasesOf = async (cell: Cell): Promise<void> => {
  const config = classifierConfig({
    cell,
    vocabularySize: tokenizer.size,
    classes: labelEncoder.size,
    hiddenDim: Number(options.hidden),
  });
  const source = classifier(config, { seed: 1 });
  const weights = onBackend(
    BACKEND_NAME,
    () =>
      new Map(
        Array.from(source.stateDict(), ([name, { shape, data }]): [string, tf.Variable] => [
          name,
          tf.tidy(() => tf.variable(tf.tensor(data, [...shape]))),
        ]),
      ),
  );
  source.dispose();
  const names = [...weights.keys()];
  const adam = onBackend(BACKEND_NAME, () => new Adam(weights));
  const flops = batches.map((batch) => forwardFlops(config, batch));

  const inputNames = gradientNames(config.bidirectional);
  const taken: { forward: number; backward: number; optimizer: number; flops: number }[] = [];
  // The steps of the classifier's kernel, with a timer between them.
  const step = (ordinal: number): number => {
    const at = ordinal % batches.length;
    const batch = batches[at]!;
    const { size, time, tokens, lengths, labels } = batch;
    const attributes = {
      size,
      time,
      tokens,
      lengths,
      labels,
      shares: new Float32Array(size).fill(1 / size),
      padIndex: config.padIndex,
      overPadding: config.overPadding,
      vocabularySize: config.vocabularySize,
      reserve: true,
      rate: config.dropout,
      key0: 1,
      key1: 2,
      epoch: 1,
      step: ordinal,
      site: 0,
    };
    onBackend(BACKEND_NAME, () => {
      const backend = tf.engine().findBackend(BACKEND_NAME) as unknown as EmbeddedBackend;
      const { machine } = backend;
      if (machine === undefined) throw new Error('Phases are those of the fast kernels, and this engine has none.');
      tf.tidy(() => {
        const start = performance.now();
        let middle = start;
        const residents = Object.fromEntries(
          inputNames.map((input, i) => {
            const weight = weights.get(names[i]!)!;
            return [input, { shape: weight.shape, at: backend.addressOf(weight.dataId, machine), id: weight.dataId }];
          }),
        ) as unknown as ClassifierInputs<Resident>;
        const { fc1_weight, fc1_bias, fc2_weight, fc2_bias, ...embedded } = residents;
        const gradients = machine.collect(() => {
          const [last, reserve] = embeddedForward(cell, machine, embedded, attributes);
          const features = drop(machine, linear(machine, last, fc1_weight, fc1_bias), attributes);
          const logits = linear(machine, features, fc2_weight, fc2_bias);
          crossEntropyInPlace(machine, logits, attributes);
          middle = performance.now();
          const [dFeatures, ...ofFc2] = linearGradients(machine, logits, features, fc2_weight);
          const [dLast, ...ofFc1] = linearGradients(machine, drop(machine, dFeatures, attributes), last, fc1_weight);
          return [...embeddedBackward(cell, machine, { ...embedded, reserve, dLast }, attributes), ...ofFc1, ...ofFc2];
        });
        const tensors = gradients.map(({ at: address, shape }) =>
          tf.engine().makeTensorFromTensorInfo(backend.adopt(address, shape, machine)),
        );
        const differentiated = performance.now();
        adam.step(new Map(tensors.map((gradient, i) => [names[i]!, gradient])), 1e-3);
        const end = performance.now();
        taken.push({
          forward: middle - start,
          backward: differentiated - middle,
          optimizer: end - differentiated,
          flops: flops[at]!,
        });
      });
    });
    return batch.size;
  };
  await measure(step, { warmup: 1, seconds: 0 });
  taken.length = 0;
  const { perSecond } = await measure(step, { warmup: 0, seconds });

  const shape = { ...common, what: 'phase', model: cell, batch: batchSize, hidden: config.hiddenDim };
  const ratePhase = (phase: 'forward' | 'backward' | 'optimizer', times: number): void => {
    const ms = taken.reduce((sum, one) => sum + one[phase], 0) / taken.length;
    const done = taken.reduce((sum, one) => sum + one.flops, 0) * times;
    const gflops = times === 0 ? undefined : done / (ms * taken.length * 1e6);
    say({
      ...shape,
      phase,
      ms: Number(ms.toPrecision(4)),
      p50_us: Math.round(median(taken.map((one) => one[phase])) * 1000),
      ...(gflops !== undefined && { gflops: Number(gflops.toPrecision(3)) }),
      ...(gflops !== undefined && peak !== undefined && { share_of_peak: Number((gflops / peak).toPrecision(3)) }),
    });
  };
  say({ ...shape, phase: 'data', ms: Number(dataMs.toPrecision(4)) });
  ratePhase('forward', 1);
  ratePhase('backward', 2);
  ratePhase('optimizer', 0);
  const whole = taken.reduce((sum, one) => sum + one.flops, 0) * 3;
  const gflops = whole / (taken.reduce((sum, one) => sum + one.forward + one.backward + one.optimizer, 0) * 1e6);
  say({
    ...shape,
    phase: 'step',
    samples_per_s: Math.round(perSecond),
    gflops: Number(gflops.toPrecision(3)),
    ...(peak !== undefined && { share_of_peak: Number((gflops / peak).toPrecision(3)) }),
    max_rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
  });

  adam.dispose();
  for (const weight of weights.values()) weight.dispose();
};

for (const cell of options.models.split(',') as Cell[]) await phasesOf(cell);
