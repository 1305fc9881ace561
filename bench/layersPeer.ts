/**
 * tfjs-layers' own GRU with the lesson's sizes: the existing choice for users of TensorFlow.js. It prints one JSON line
 * per figure and runs in its own process.
 *
 *     layersPeer.ts NEWS_CSV --backend cpu|wasm [--batch 64] [--only train,eval]
 *
 * It differs from the lesson (the reset gate comes before the recurrent product, and the padding is read), because its
 * layers have no other mode. Its steps are so slow that a few of them show the speed.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import type { LabelledBatch } from 'headwater';
import { median, say } from './Figure.js';
import { readWorkload, similarBatches } from './workload.js';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    backend: { type: 'string', default: 'cpu' },
    batch: { type: 'string', default: '64' },
    only: { type: 'string', default: 'train,eval' },
  },
});
const batchSize = Number(options.batch);
const { tokenizer, labelEncoder, encoded } = await readWorkload(positionals[0] ?? '');

if (options.backend === 'wasm')
  setWasmPaths(`${join(import.meta.dirname, '../node_modules/@tensorflow/tfjs-backend-wasm/dist')}/`);
await tf.setBackend(options.backend);
await tf.ready();

const model = tf.sequential({
  layers: [
    tf.layers.embedding({ inputDim: tokenizer.size, outputDim: 100, inputShape: [null] }),
    tf.layers.bidirectional({ layer: tf.layers.gru({ units: 128 }), mergeMode: 'concat' }),
    tf.layers.dense({ units: 100 }),
    tf.layers.dropout({ rate: 0.1 }),
    tf.layers.dense({ units: labelEncoder.size, activation: 'softmax' }),
  ],
});
model.compile({ optimizer: tf.train.adam(1e-3), loss: 'sparseCategoricalCrossentropy' });

/** A batch of typical length, so that a few steps represent the speed of many. */
const batches = [...similarBatches(encoded, batchSize)]
  .filter(({ size }) => size === batchSize)
  .sort((a, b) => a.time - b.time);
const typical = batches[batches.length >> 1];
if (typical === undefined) throw new Error(`There are fewer than ${batchSize} rows.`);

const inputOf = ({ tokens, size, time }: LabelledBatch) => tf.tensor2d(Float32Array.from(tokens), [size, time]);
const x = inputOf(typical);
const y = tf.tensor1d(Float32Array.from(typical.labels));

/** Runs steps until this time has passed, at least one; the first one is not counted if there is time for another. */
const PATIENCE_MS = 20_000;
const rate = async (what: string, step: () => Promise<unknown>): Promise<void> => {
  const common = {
    peer: `tfjs-layers ${tf.version['tfjs-layers']}`,
    backend: options.backend,
    what,
    model: 'gru',
    variant: `layers-${options.backend}`,
    batch: batchSize,
    hidden: 128,
    threads: 1,
  };
  try {
    const times: number[] = [];
    const begun = performance.now();
    do {
      const start = performance.now();
      await step();
      times.push(performance.now() - start);
    } while (times.length < 20 && performance.now() - begun < PATIENCE_MS);
    const steps = times.length > 1 ? times.slice(1) : times;
    say({ ...common, steps: steps.length, samples_per_s: Number(((batchSize * 1000) / median(steps)).toPrecision(4)) });
  } catch (error) {
    say({ ...common, failed: error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error) });
  }
};

if (options.only.includes('eval')) {
  await rate('eval', async () => {
    const predicted = model.predictOnBatch(x) as tf.Tensor;
    await predicted.data();
    predicted.dispose();
  });
}
if (options.only.includes('train')) await rate('train', () => model.trainOnBatch(x, y));
