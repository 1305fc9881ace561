import * as tf from '@tensorflow/tfjs';
import { BackendWasm, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { readWorkload, type Subject } from './workload.js';

/**
 * The gradient of the embedding, which the backend wasm lacks: without it, tfjs-layers cannot train there. The sum runs
 * in JavaScript.
 */
tf.registerKernel({
  kernelName: 'UnsortedSegmentSum',
  backendName: 'wasm',
  kernelFunc: ({ inputs, attrs, backend }) => {
    const { x, segmentIds } = inputs;
    const { numSegments } = attrs as { readonly numSegments: number };
    if (x === undefined || segmentIds === undefined || !(backend instanceof BackendWasm))
      throw new Error('UnsortedSegmentSum needs two inputs on the backend wasm.');
    const ids = backend.readSync(segmentIds.dataId) as Int32Array;
    const values = backend.readSync(x.dataId) as Float32Array;
    const width = values.length / ids.length;
    const sums = new Float32Array(numSegments * width);
    ids.forEach((id, row) => {
      for (let i = 0; i < width; i++) sums[id * width + i]! += values[row * width + i]!; // Both are in range.
    });
    return backend.makeOutput([numSegments, ...x.shape.slice(segmentIds.shape.length)], 'float32', undefined, sums);
  },
});

let run: { readonly model: tf.Sequential; readonly x: tf.Tensor; readonly y: tf.Tensor } | undefined;

const prepared = () => {
  if (run === undefined) throw new Error('prepare() comes first.');
  return run;
};

/** The same sizes in tfjs-layers, whose GRU has the reset gate before the product and reads the padding. */
const layers: Subject = {
  prepare: async (backend) => {
    setWasmPaths('/wasm/');
    await tf.setBackend(backend);
    await tf.ready();
    const { batch, vocabularySize, classes } = await readWorkload();
    const model = tf.sequential({
      layers: [
        tf.layers.embedding({ inputDim: vocabularySize, outputDim: 100, inputShape: [null] }),
        tf.layers.bidirectional({ layer: tf.layers.gru({ units: 128 }), mergeMode: 'concat' }),
        tf.layers.dense({ units: 100 }),
        tf.layers.dropout({ rate: 0.1 }),
        tf.layers.dense({ units: classes, activation: 'softmax' }),
      ],
    });
    model.compile({ optimizer: tf.train.adam(1e-3), loss: 'sparseCategoricalCrossentropy' });
    const x = tf.tensor2d(Float32Array.from(batch.tokens), [batch.size, batch.time]);
    run = { model, x, y: tf.tensor1d(Float32Array.from(batch.labels)) };
    return `tfjs-layers ${tf.version['tfjs-layers']}, ${tf.getBackend()}`;
  },
  train: async (steps) => {
    const { model, x, y } = prepared();
    for (let i = 0; i < steps; i++) await model.trainOnBatch(x, y);
  },
  classify: async (steps) => {
    const { model, x } = prepared();
    for (let i = 0; i < steps; i++) {
      const predicted = model.predictOnBatch(x) as tf.Tensor;
      await predicted.data();
      predicted.dispose();
    }
  },
};

(globalThis as { subject?: Subject }).subject = layers;
