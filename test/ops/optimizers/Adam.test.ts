import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Adam } from '../../../src/ops/optimizers/Adam.js';
import { registerBackend } from '../../../src/ops/backends/registerBackend.js';
import { expectClose } from '../../expectClose.js';
import { tensorflow } from '../../tensorflow.js';

beforeAll(() => {
  registerBackend();
});

// Four steps of torch.optim.Adam 2.13 at these learning rates.
const start = [1, -2, 0.5, 0, 3, -0.25];
const steps = [
  {
    learningRate: 0.1,
    gradient: [0.5, -1, 0, 0, 2, 1e-9],
    after: [0.9000000357627869, -1.899999976158142, 0.5, 0, 2.9000000953674316, -0.2590909004211426],
  },
  {
    learningRate: 0.1,
    gradient: [-0.25, 3, 0, 1, 2, 0],
    after: [
      0.8733663558959961, -1.9494189023971558, 0.5, -0.07441367954015732, 2.8000001907348633, -0.26351499557495117,
    ],
  },
  {
    learningRate: 0.01,
    gradient: [0.125, 0.5, 0, -4, 2, 1e-4],
    after: [
      0.8699620366096497, -1.9541902542114258, 0.5, -0.06961055099964142, 2.7900002002716064, -0.2699020802974701,
    ],
  },
  {
    learningRate: 0.001,
    gradient: [8, -0.5, 0, 1, 2, 0],
    after: [0.869362473487854, -1.954486608505249, 0.5, -0.0693652480840683, 2.7890002727508545, -0.2704252600669861],
  },
];
const lastM = [
  0.8274500370025635, 0.16509999334812164, 0, -0.17900000512599945, 0.6877999901771545, 9.00007307791384e-6,
];
const lastV = [
  0.06432723999023438, 0.010478761978447437, 0, 0.01798200234770775, 0.015976017341017723, 9.990000146564704e-12,
];

describe.each(['headwater', 'cpu', ...tensorflow])('Adam on %s', (backend) => {
  beforeEach(async () => {
    await tf.setBackend(backend);
  });

  const make = (values: readonly number[] = start) => {
    const weight = tf.tidy(() => tf.variable(tf.tensor2d(Float32Array.from(values), [2, 3])));
    const adam = new Adam(new Map([['w', weight]]));
    return {
      weight,
      adam,
      step: (gradient: readonly number[], learningRate: number) =>
        tf.tidy(() => adam.step(new Map([['w', tf.tensor2d([...gradient], [2, 3])]]), learningRate)),
      dispose: () => {
        adam.dispose();
        weight.dispose();
      },
    };
  };

  it("makes PyTorch's steps", () => {
    const { weight, adam, step, dispose } = make();
    for (const { gradient, learningRate, after } of steps) {
      step(gradient, learningRate);
      expectClose(weight.dataSync(), after, 1e-6);
    }
    const state = adam.stateDict();
    expect([...state.keys()]).toEqual(['step', 'w.exp_avg', 'w.exp_avg_sq']);
    expect(state.get('step')).toEqual({ shape: [], data: Float32Array.of(4) });
    expectClose(state.get('w.exp_avg')!.data, lastM, 1e-6);
    expectClose(
      state.get('w.exp_avg_sq')!.data.map((v) => v * 100),
      lastV.map((v) => v * 100),
      1e-6,
    );
    dispose();
  });

  it('leaves a weight alone whose gradient has always been zero', () => {
    const { weight, step, dispose } = make();
    for (const { gradient, learningRate } of steps) step(gradient, learningRate);
    expect(weight.dataSync()[2]).toBe(0.5);
    dispose();
  });

  it('goes on from a saved state with the same bits', () => {
    const whole = make();
    for (const { gradient, learningRate } of steps) whole.step(gradient, learningRate);
    const first = make();
    for (const { gradient, learningRate } of steps.slice(0, 2)) first.step(gradient, learningRate);
    const second = make([...first.weight.dataSync()]);
    second.adam.loadStateDict(first.adam.stateDict());
    for (const { gradient, learningRate } of steps.slice(2)) second.step(gradient, learningRate);
    expect(second.weight.dataSync()).toEqual(whole.weight.dataSync());
    expect(second.adam.stateDict()).toEqual(whole.adam.stateDict());
    for (const { dispose } of [whole, first, second]) dispose();
  });

  it('shares no memory with the state that it gives or takes', () => {
    const { adam, step, dispose } = make();
    step(steps[0]!.gradient, 0.1);
    const state = adam.stateDict();
    const m = Array.from(state.get('w.exp_avg')!.data);
    step(steps[1]!.gradient, 0.1);
    expect(Array.from(state.get('w.exp_avg')!.data)).toEqual(m);
    adam.loadStateDict(state);
    step(steps[1]!.gradient, 0.1);
    expect(Array.from(state.get('w.exp_avg')!.data)).toEqual(m);
    dispose();
  });

  it('makes no tensor that outlives a step, and frees its own in the end', () => {
    const before = tf.memory();
    const { step, dispose } = make();
    const held = tf.memory();
    expect(held.numTensors).toBe(before.numTensors + 3);
    for (const { gradient, learningRate } of steps) step(gradient, learningRate);
    expect(tf.memory().numTensors).toBe(held.numTensors);
    expect(tf.memory().numDataBuffers).toBe(held.numDataBuffers);
    expect(tf.memory().numBytes).toBe(held.numBytes);
    dispose();
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
  });

  it('refuses gradients that are missing or of another shape, and then changes nothing', () => {
    const { weight, adam, step, dispose } = make();
    expect(() => adam.step(new Map(), 0.1)).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
    tf.tidy(() => {
      expect(() => adam.step(new Map([['w', tf.zeros([3, 2])]]), 0.1)).toThrow(
        /shape \[2, 3\] for the weight "w", but was given \[3, 2\]/,
      );
    });
    expect([...weight.dataSync()]).toEqual(start);
    expect(() => step(start, NaN)).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
    expect(adam.stateDict().get('step')!.data[0]).toBe(0);
    dispose();
  });

  it.each([
    ['no step', new Map([['w.exp_avg', { shape: [2, 3], data: new Float32Array(6) }]]), /"step"/],
    [
      'a missing moment',
      new Map([['step', { shape: [], data: Float32Array.of(1) }]]),
      /"w\.exp_avg" should be of shape \[2, 3\], but is missing/,
    ],
    [
      'a moment of another shape',
      new Map([
        ['step', { shape: [], data: Float32Array.of(1) }],
        ['w.exp_avg', { shape: [6], data: new Float32Array(6) }],
      ]),
      /but is \[6\]/,
    ],
    [
      'a moment of fewer values than its shape has, behind one that fits',
      new Map([
        ['step', { shape: [], data: Float32Array.of(1) }],
        ['w.exp_avg', { shape: [2, 3], data: new Float32Array(6).fill(5) }],
        ['w.exp_avg_sq', { shape: [2, 3], data: new Float32Array(5) }],
      ]),
      /"w\.exp_avg_sq" should have 6 values, but has 5\./,
    ],
    [
      'a moment too many',
      new Map([
        ['step', { shape: [], data: Float32Array.of(1) }],
        ...['w.exp_avg', 'w.exp_avg_sq', 'u.exp_avg'].map((name): [string, { shape: number[]; data: Float32Array }] => [
          name,
          { shape: [2, 3], data: new Float32Array(6) },
        ]),
      ]),
      /4 entries, but this optimizer 3/,
    ],
  ])('refuses a state with %s', (_, state, message) => {
    const { adam, dispose } = make();
    expect(() => adam.loadStateDict(state)).toThrow(expect.objectContaining({ code: 'HW_ARTIFACT' }));
    expect(() => adam.loadStateDict(state)).toThrow(message);
    for (const { data } of adam.stateDict().values()) expect(data.every((value) => value === 0)).toBe(true);
    dispose();
  });

  it.each([{ beta1: 1 }, { beta2: -0.1 }, { epsilon: 0 }])('refuses the constants %o', (options) => {
    expect(() => new Adam(new Map(), options)).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  });
});

it('writes into the buffers that it has on the embedded backend, but not into values that were read before', async () => {
  await tf.setBackend('headwater');
  const weight = tf.tidy(() => tf.variable(tf.tensor1d(Float32Array.of(1, 2))));
  const adam = new Adam(new Map([['w', weight]]));
  const step = (): void => tf.tidy(() => adam.step(new Map([['w', tf.tensor1d([1, 1])]]), 0.1));
  step();
  const { dataId } = weight;
  const held = weight.dataSync();
  const copy = [...held];
  step();
  expect(weight.dataId).toBe(dataId);
  expect([...held]).toEqual(copy);
  expect([...weight.dataSync()]).not.toEqual(copy);
  adam.dispose();
  weight.dispose();
});
