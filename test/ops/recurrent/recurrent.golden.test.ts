import { readdirSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { gatherLast } from '../../../src/ops/layers/gatherLast.js';
import { gru } from '../../../src/ops/recurrent/gru.js';
import { lstm } from '../../../src/ops/recurrent/lstm.js';
import type { CellName, LayerWeights } from '../../../src/ops/recurrent/internal/RecurrentPass.js';
import { recurrentLast } from '../../../src/ops/recurrent/recurrentLast.js';
import { registerBackend } from '../../../src/ops/backends/registerBackend.js';
import { registerEmbedded } from '../../../src/ops/backends/registerEmbedded.js';
import { rnn } from '../../../src/ops/recurrent/rnn.js';
import { describeWithShared, goldenDir, readGolden } from '../../shared.js';
import { tensorflow } from '../../tensorflow.js';
import { addProduct } from '../kernels/headwater/addProduct.js';
import { expectClose } from '../expectClose.js';
import { registerSimd } from '../kernels/simd/simdBackend.js';

interface Golden {
  readonly shape: number[];
  readonly data: number[];
}

interface LayerGolden {
  readonly bidirectional: boolean;
  readonly packed: boolean;
  readonly lengths: number[];
  readonly x: Golden;
  readonly h0: Golden | null;
  readonly weights: Readonly<Record<string, Golden>>;
  readonly out: Golden;
  readonly h_n: Golden;
  readonly c_n?: Golden;
  readonly grad_out: Golden;
  readonly grad_h_n: Golden;
  readonly grad_x: Golden;
  readonly grad_h0: Golden | null;
  readonly grad_weights: Readonly<Record<string, Golden>>;
  readonly last_relevant: Golden;
}

const layers = { rnn, gru, lstm };
const tensor = ({ shape, data }: Golden): tf.Tensor => tf.tensor(Float32Array.from(data), shape);

describeWithShared('recurrent layers equal PyTorch', () => {
  const files = readdirSync(goldenDir).filter((name) => /^(rnn|gru|lstm)(_bi)?(_packed)?(_h0)?\.json$/.test(name));
  beforeAll(() => {
    registerBackend();
    registerEmbedded('reference', undefined);
  });
  const fast = [registerSimd('relaxed', 2), registerSimd('simd', 1), registerSimd('wide', 2)].map(({ name }) => name);

  it('finds a file for every cell, direction, padding and initial state', () => {
    expect(files).toHaveLength(24);
  });

  describe.each(['headwater', 'reference', ...fast, 'cpu', ...tensorflow])('on %s', (backend) => {
    beforeEach(async () => {
      await tf.setBackend(backend);
    });

    it.each(files)('%s', (file) => {
      const golden = readGolden(file) as LayerGolden;
      const cell = file.split(/[_.]/)[0] as CellName;
      const lengths = Int32Array.from(golden.lengths);
      tf.tidy(() => {
        const x = tensor(golden.x);
        const names = Object.keys(golden.weights);
        const weights = Object.fromEntries(names.map((name) => [name, tensor(golden.weights[name]!)]));
        const initial = golden.h0 === null ? [] : [tensor(golden.h0)];

        const run = (inputs: readonly tf.Tensor[]): { output: tf.Tensor; hidden: tf.Tensor; cell?: tf.Tensor } => {
          const [at, ...rest] = inputs;
          const given = Object.fromEntries(
            names.map((name, i) => [name, rest[i]!]),
          ) as unknown as LayerWeights<tf.Tensor>;
          const hidden = rest[names.length];
          const options = { overPadding: !golden.packed };
          if (hidden === undefined) return layers[cell](at!, lengths, given, options);
          // The goldens of the LSTM start from h0 and from cell states of zero.
          return layers[cell](at!, lengths, given, {
            ...options,
            initialState: { hidden, cell: tf.zeros(hidden.shape) },
          });
        };

        const inputs = [x, ...names.map((name) => weights[name]!), ...initial];
        const result = run(inputs);
        expectClose('out', result.output, golden.out, 1e-5);
        expectClose('h_n', result.hidden, golden.h_n, 1e-5);
        if (golden.c_n !== undefined) expectClose('c_n', result.cell!, golden.c_n, 1e-5);
        expectClose('last_relevant', gatherLast(result.output, lengths), golden.last_relevant, 1e-5);

        const gradOut = tensor(golden.grad_out);
        const gradHidden = tensor(golden.grad_h_n);
        const [dx, ...rest] = tf.grads((...given: tf.Tensor[]) => {
          const { output, hidden } = run(given);
          return addProduct([output, hidden], [gradOut, gradHidden]);
        })(inputs);
        expectClose('grad_x', dx!, golden.grad_x, 1e-4);
        names.forEach((name, i) => expectClose(`grad ${name}`, rest[i]!, golden.grad_weights[name]!, 1e-4));
        if (golden.grad_h0 !== null) expectClose('grad_h0', rest[names.length]!, golden.grad_h0, 1e-4);
      });
    });

    it.each(files)('%s: last relevant state alone', (file) => {
      const golden = readGolden(file) as LayerGolden;
      const cell = file.split(/[_.]/)[0] as CellName;
      tf.tidy(() => {
        const weights = Object.fromEntries(
          Object.entries(golden.weights).map(([name, value]) => [name, tensor(value)]),
        ) as unknown as LayerWeights<tf.Tensor>;
        const hidden = golden.h0 === null ? undefined : tensor(golden.h0);
        const last = recurrentLast(cell, tensor(golden.x), Int32Array.from(golden.lengths), weights, {
          overPadding: !golden.packed,
          initialState: hidden && { hidden, cell: tf.zerosLike(hidden) },
        });
        expectClose('last_relevant', last, golden.last_relevant, 1e-5);
      });
    });
  });
});
