import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { readWorkload, type Subject } from './workload.js';

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
