import * as tf from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { random } from '../../../../src/contracts/random.js';
import { Adam } from '../../../../src/ops/optimizers/Adam.js';
import { linear } from '../../../../src/ops/layers/linear.js';
import { expectClose } from '../../../expectClose.js';
import { registerSimd } from './simdBackend.js';

const backends = [
  registerSimd('relaxed', 1),
  registerSimd('simd', 1),
  registerSimd('relaxed', 2),
  registerSimd('wide', 1),
];

const draw = (seed: number, size: number): Float32Array => {
  const dice = random(seed, 'test');
  return Float32Array.from({ length: size }, () => dice.uniform() * 2 - 1);
};

/** Element (i, j) of a product whose factors are given by element, summed in float64. */
const multiplied = (
  m: number,
  n: number,
  k: number,
  a: (i: number, l: number) => number,
  b: (l: number, j: number) => number,
): number[] =>
  Array.from({ length: m * n }, (_, at) =>
    Array.from({ length: k }, (_l, l) => a(Math.floor(at / n), l) * b(l, at % n)).reduce(
      (sum, value) => sum + value,
      0,
    ),
  );

describe.each(backends)('products: $name', ({ name }) => {
  it('and their gradients equal sums taken in float64, for any sizes', async () => {
    await tf.setBackend(name);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 70 }),
        fc.integer({ min: 1, max: 41 }),
        fc.integer({ min: 1, max: 45 }),
        fc.integer(),
        (rows, inputs, outputs, seed) => {
          const [x, w, b, dy] = [
            draw(seed, rows * inputs),
            draw(seed + 1, outputs * inputs),
            draw(seed + 2, outputs),
            draw(seed + 3, rows * outputs),
          ];
          tf.tidy(() => {
            const tensors = [
              tf.tensor2d(x, [rows, inputs]),
              tf.tensor2d(w, [outputs, inputs]),
              tf.tensor1d(b),
            ] as const;
            const y = linear(...tensors);
            expectClose(
              y.dataSync(),
              multiplied(
                rows,
                outputs,
                inputs,
                (i, l) => x[i * inputs + l]!,
                (l, j) => w[j * inputs + l]!,
              ).map((value, i) => value + b[i % outputs]!),
              1e-5,
            );
            const [dx, dw, db] = tf.grads((p, q, r) => linear(p, q, r))([...tensors], tf.tensor2d(dy, [rows, outputs]));
            expectClose(
              dx!.dataSync(),
              multiplied(
                rows,
                inputs,
                outputs,
                (i, l) => dy[i * outputs + l]!,
                (l, j) => w[l * inputs + j]!,
              ),
              1e-4,
            );
            expectClose(
              dw!.dataSync(),
              multiplied(
                outputs,
                inputs,
                rows,
                (i, l) => dy[l * outputs + i]!,
                (l, j) => x[l * inputs + j]!,
              ),
              1e-4,
            );
            expectClose(
              db!.dataSync(),
              multiplied(
                1,
                outputs,
                rows,
                () => 1,
                (l, j) => dy[l * outputs + j]!,
              ),
              1e-4,
            );
          });
        },
      ),
      { seed: 11, numRuns: 60 },
    );
  });

  it('of more terms than one pass takes, too', async () => {
    await tf.setBackend(name);
    const [rows, inputs, outputs] = [1100, 9, 59];
    const [x, dy] = [draw(1, rows * inputs), draw(2, rows * outputs)];
    tf.tidy(() => {
      const dw = tf.grad((w) => linear(tf.tensor2d(x, [rows, inputs]), w, tf.zeros([outputs])))(
        tf.zeros([outputs, inputs]),
        tf.tensor2d(dy, [rows, outputs]),
      );
      expectClose(
        dw.dataSync(),
        multiplied(
          outputs,
          inputs,
          rows,
          (i, l) => dy[l * outputs + i]!,
          (l, j) => x[l * inputs + j]!,
        ),
        1e-4,
      );
    });
  });

  it('of a weight and of its reshape, which share their data, are each their own', async () => {
    await tf.setBackend(name);
    tf.tidy(() => {
      const [w, x, y] = [draw(1, 6 * 10), draw(2, 3 * 10), draw(3, 3 * 20)];
      const weight = tf.variable(tf.tensor2d(w, [6, 10]));
      const reshaped = tf.reshape(weight, [3, 20]);
      for (let i = 0; i < 2; i++) {
        expectClose(
          linear(tf.tensor2d(x, [3, 10]), weight, tf.zeros([6])).dataSync(),
          multiplied(
            3,
            6,
            10,
            (row, l) => x[row * 10 + l]!,
            (l, j) => w[j * 10 + l]!,
          ),
          1e-5,
        );
        expectClose(
          linear(tf.tensor2d(y, [3, 20]), reshaped, tf.zeros([3])).dataSync(),
          multiplied(
            3,
            3,
            20,
            (row, l) => y[row * 20 + l]!,
            (l, j) => w[j * 20 + l]!,
          ),
          1e-5,
        );
        const dx = tf.grad((input) => linear(input, reshaped, tf.zeros([3])))(
          tf.zeros([3, 20]),
          tf.tensor2d(x.slice(0, 9), [3, 3]),
        );
        expectClose(
          dx.dataSync(),
          multiplied(
            3,
            20,
            3,
            (row, l) => x[row * 3 + l]!,
            (l, j) => w[l * 20 + j]!,
          ),
          1e-5,
        );
        const dx2 = tf.grad((input) => linear(input, weight, tf.zeros([6])))(
          tf.zeros([3, 10]),
          tf.tensor2d(x.slice(0, 18), [3, 6]),
        );
        expectClose(
          dx2.dataSync(),
          multiplied(
            3,
            10,
            6,
            (row, l) => x[row * 6 + l]!,
            (l, j) => w[l * 10 + j]!,
          ),
          1e-5,
        );
      }
      weight.dispose();
    });
  });

  it('a row has the same bits whatever rows stand beside it', async () => {
    await tf.setBackend(name);
    tf.tidy(() => {
      const [rows, inputs, outputs] = [7, 13, 45];
      const x = draw(4, rows * inputs);
      const [w, b] = [tf.tensor2d(draw(5, outputs * inputs), [outputs, inputs]), tf.tensor1d(draw(6, outputs))];
      const together = linear(tf.tensor2d(x, [rows, inputs]), w, b).dataSync();
      for (let row = 0; row < rows; row++)
        expect(linear(tf.tensor2d(x.slice(row * inputs, (row + 1) * inputs), [1, inputs]), w, b).dataSync()).toEqual(
          together.slice(row * outputs, (row + 1) * outputs),
        );
    });
  });
});

describe.each(backends)('activations: $name', ({ machine }) => {
  /**
   * Every exponent, both signs, 64 mantissas each: 32,768 float32 values, subnormal ones, infinities and NaN among
   * them.
   */
  const bits = Uint32Array.from({ length: 512 * 64 }, (_, i) => ((i >> 6) << 23) | (((i & 63) * 133_169) & 0x7fffff));
  const inputs = new Float32Array(bits.buffer);

  const apply = (kind: 'tanh' | 'sigmoid', values: Float32Array): Float32Array => {
    const at = machine.memory.allocate(values.byteLength);
    machine.memory.floats(at, values.length).set(values);
    machine.threads.activate(at, values.length, kind);
    const result = machine.memory.floats(at, values.length).slice();
    machine.memory.free(at);
    return result;
  };

  /** The largest error, as `scale` measures it; NaN where one is no number that should be. */
  const worst = (
    kind: 'tanh' | 'sigmoid',
    values: Float32Array,
    exact: (x: number) => number,
    scale: (y: number) => number,
  ): number =>
    apply(kind, values).reduce((most, y, i) => {
      const x = values[i]!;
      if (Number.isNaN(x)) return Number.isNaN(y) ? most : NaN;
      const expected = exact(x);
      const error = y === expected ? 0 : Math.abs(y - expected) / scale(expected);
      return error <= most || Number.isNaN(most) ? most : error;
    }, 0);

  const fine = Float32Array.from({ length: 400_000 }, (_, i) => (i - 200_000) / 10_000);

  it('tanh is within 5e-7 of its value, relative to it, over all of float32', () => {
    expect(inputs.some(Number.isNaN) && inputs.includes(Infinity) && inputs.includes(-Infinity)).toBe(true);
    // A subnormal's own steps are coarser than that.
    const relative = (y: number): number => Math.max(Math.abs(y), 1e-37);
    expect(worst('tanh', inputs, Math.tanh, relative)).toBeLessThan(5e-7);
    expect(worst('tanh', fine, Math.tanh, relative)).toBeLessThan(5e-7);
    expect([...apply('tanh', Float32Array.of(0, -0, 0, NaN))]).toEqual([0, -0, 0, NaN]);
    for (const y of apply('tanh', inputs.filter((x) => !Number.isNaN(x)).slice(0, 32_512)))
      expect(Math.abs(y)).toBeLessThanOrEqual(1);
  });

  it('sigmoid is within 3e-7 of its value over all of float32', () => {
    const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
    expect(worst('sigmoid', inputs, sigmoid, () => 1)).toBeLessThan(3e-7);
    expect(worst('sigmoid', fine, sigmoid, () => 1)).toBeLessThan(3e-7);
    expect(apply('sigmoid', Float32Array.of(NaN, 0, 0, 0))[0]).toBeNaN();
    expect(Math.max(...apply('sigmoid', inputs.filter((x) => !Number.isNaN(x)).slice(0, 32_512)))).toBeLessThanOrEqual(
      1,
    );
  });
});

describe.each(backends)('Adam: $name', ({ name, machine }) => {
  it("makes the reference kernel's steps for any number of values", async () => {
    for (const size of [1, 2, 3, 4, 5, 63, 70_001]) {
      const [weight, gradient] = [draw(size, size), draw(size + 1, size)];
      const after = async (backend: string): Promise<Float32Array> => {
        await tf.setBackend(backend);
        return tf.tidy(() => {
          const w = tf.variable(tf.tensor1d(weight.slice()));
          const adam = new Adam(new Map([['w', w]]));
          for (let step = 1; step <= 3; step++)
            adam.step(new Map([['w', tf.tensor1d(gradient.map((g) => g * step))]]), 0.01);
          adam.dispose();
          return w.dataSync<'float32'>();
        });
      };
      expectClose(await after(name), await after('cpu'), 1e-5);
    }
  });

  it('lets moments that nobody feeds end at zero instead of among the subnormal numbers', async () => {
    await tf.setBackend(name);
    tf.tidy(() => {
      const weight = tf.variable(tf.tensor1d([1]));
      const adam = new Adam(new Map([['w', weight]]), { beta1: 0.5, beta2: 0.5 });
      adam.step(new Map([['w', tf.tensor1d([1e-15])]]), 0.01);
      for (let i = 0; i < 200; i++) {
        adam.step(new Map([['w', tf.tensor1d([0])]]), 0.01);
        for (const moment of ['w.exp_avg', 'w.exp_avg_sq']) {
          const value = adam.stateDict().get(moment)!.data[0]!;
          expect(value === 0 || value >= 2 ** -126).toBe(true);
        }
      }
      expect(adam.stateDict().get('w.exp_avg')!.data[0]).toBe(0);
      adam.dispose();
    });
  });

  it('hands a NaN on instead of flushing it', async () => {
    await tf.setBackend(name);
    const before = machine.memory.bytesInUse;
    tf.tidy(() => {
      const weight = tf.variable(tf.tensor1d([1, 1]));
      const adam = new Adam(new Map([['w', weight]]));
      adam.step(new Map([['w', tf.tensor1d([NaN, 1])]]), 0.01);
      expect(weight.dataSync()[0]).toBeNaN();
      expect(weight.dataSync()[1]).toBeCloseTo(0.99);
      adam.dispose();
      weight.dispose();
    });
    expect(machine.memory.bytesInUse).toBe(before);
  });
});
