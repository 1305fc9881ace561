import { add, mean, memory, mul, relu, square, sum, tensor1d, zeros } from '@tensorflow/tfjs-core';
import { of, lastValueFrom, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type OwnModel, trainable, type TrainableOptions } from '../../src/models/trainable.js';
import { trainStep } from '../../src/operators/training/trainStep.js';
import { embedding } from '../../src/ops/layers/embedding.js';
import { linear } from '../../src/ops/layers/linear.js';
import { registerOps } from '../../src/ops/registerOps.js';
import { labelledBatch } from '../../src/testing/labelledBatch.js';

const batch = labelledBatch({ seed: 5, size: 4, vocabulary: 20, classes: 3 });
const parameters = {
  embeddings: { shape: [20, 6], uniform: 0.5 },
  weight: { shape: [3, 6], uniform: 0.5 },
  bias: { shape: [3] },
};
type Names = keyof typeof parameters;

const forward: TrainableOptions<Names>['forward'] = ({ embeddings, weight, bias }, rows) =>
  linear(mean(embedding(embeddings, rows), 1), weight, bias);
const meanModel = (options: Partial<TrainableOptions<Names>> = {}): OwnModel =>
  trainable({ classes: 3, parameters, forward, ...options });
const step = (index: number, learningRate = 0.05) => ({ epoch: 1, step: index, learningRate });

// The first test needs them absent.
describe('a model of stock ops without their gradients', () => {
  it('says which call registers them', () => {
    const model = meanModel();
    expect(() => model.trainBatch(batch, step(0))).toThrow(
      expect.objectContaining({
        code: 'HW_USAGE',
        message: expect.stringMatching(/tfjs's op Mean.*registerOps\(\{ stockGradients: true \}\)/) as unknown,
      }),
    );
    // Predicting needs none.
    expect(model.predictBatch(batch)).toHaveLength(12);
    model.dispose();
  });
});

describe('trainable', () => {
  it('learns what it is shown, and keeps no tensor but parameters and moments', async () => {
    await registerOps({ stockGradients: true });
    const before = memory().numTensors;
    const model = meanModel();
    const first = model.evaluateBatch(batch);
    model.trainBatch(batch, step(0));
    const tensors = memory().numTensors;
    for (let i = 1; i < 200; i++) model.trainBatch(batch, step(i));
    const last = model.evaluateBatch(batch);
    expect(first.loss).toBeGreaterThan(0.8);
    expect(last.loss).toBeLessThan(0.05);
    expect(last.weight).toBe(4);
    expect(Array.from(last.probabilities)).toEqual(Array.from(model.predictBatch(batch)));
    expect(memory().numTensors).toBe(tensors);
    model.dispose();
    model.dispose();
    expect(memory().numTensors).toBe(before);
    expect(() => model.predictBatch(batch)).toThrow(/has been disposed of/);
  });

  it('moves its parameters against the gradient of the loss it is given', () => {
    // Adam's first step is the learning rate against the gradient's sign.
    const model = trainable({
      classes: 2,
      parameters: { w: { shape: [2], data: Float32Array.of(3, -2) } },
      forward: ({ w }, { size }) => add(zeros([size, 2]), w),
      loss: (logits) => mean(square(logits)),
    });
    model.trainBatch(labelledBatch({ seed: 1, size: 2 }), step(0, 0.5));
    const moved = model.stateDict().get('w')?.data ?? [];
    expect(moved[0]).toBeCloseTo(2.5, 5);
    expect(moved[1]).toBeCloseTo(-1.5, 5);
    model.dispose();
  });

  it('goes on from a copy of its weights and of its optimizer as if nothing had been between', () => {
    const model = meanModel();
    model.trainBatch(batch, step(0));
    const [weights, optimizer] = [model.stateDict(), model.optimizerState()];
    model.trainBatch(batch, step(1));
    const expected = model.stateDict();
    model.trainBatch(batch, step(2));
    model.loadStateDict(weights);
    model.loadOptimizerState(optimizer);
    model.trainBatch(batch, step(1));
    expect(model.stateDict()).toEqual(expected);
    model.dispose();
  });

  it('gives equal seeds equal weights, and other seeds others', () => {
    const of = (seed: number): unknown => {
      const model = meanModel({ seed });
      const state = model.stateDict();
      model.dispose();
      return state;
    };
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
  });

  it('tells forward the step in training, and nothing else', async () => {
    const contexts: unknown[] = [];
    const model = meanModel({
      name: 'seen',
      forward: (tensors, rows, context) => {
        contexts.push(context);
        return forward(tensors, rows, context);
      },
    });
    const [event] = await lastValueFrom(of(batch).pipe(trainStep(model, { epoch: 3, learningRate: 0.1 }), toArray()));
    model.predictBatch(batch);
    expect(event).toMatchObject({ model: 'seen', epoch: 3, step: 0, rows: 4 });
    expect(contexts).toEqual([{ epoch: 3, step: 0, learningRate: 0.1 }, undefined]);
    model.dispose();
  });

  it.each<[string, Partial<TrainableOptions<Names>>, RegExp]>([
    ['logits of another shape', { forward: () => zeros([4, 2]) }, /logits of shape \[4, 2\].*shape \[4, 3\]/],
    ['a loss that is no scalar', { loss: () => tensor1d([1, 2]) }, /loss .*shape \[2\].*scalar/],
    [
      'a parameter that is not used',
      { forward: ({ weight, bias }, rows) => linear(relu(zeros([rows.size, 6])), weight, bias) },
      /does not depend on every parameter/,
    ],
  ])('refuses %s at its step', (_, options, message) => {
    const model = meanModel(options);
    expect(() => model.trainBatch(batch, step(0))).toThrow(message);
    model.dispose();
  });

  it('refuses a loss that is no number before it moves a weight', () => {
    const model = meanModel({ loss: (logits) => mul(sum(logits), NaN) });
    const before = model.stateDict();
    expect(() => model.trainBatch(batch, step(0))).toThrow(expect.objectContaining({ code: 'HW_NUMERIC' }));
    expect(model.stateDict()).toEqual(before);
    model.dispose();
  });

  it.each<[string, Parameters<typeof trainable>[0], RegExp]>([
    ['no classes', { classes: 0, parameters, forward: () => zeros([1]) }, /classes is 0/],
    ['no parameters', { classes: 2, parameters: {}, forward: () => zeros([1]) }, /no parameters/],
    [
      'values that do not fill the shape',
      { classes: 2, parameters: { w: { shape: [2], data: Float32Array.of(1) } }, forward: () => zeros([1]) },
      /"w" has 1 values, but its shape \[2\] has 2/,
    ],
    [
      'a shape that is none',
      { classes: 2, parameters: { w: { shape: [0] } }, forward: () => zeros([1]) },
      /"w" has the shape \[0\]/,
    ],
  ])('refuses %s', (_, options, message) => {
    expect(() => trainable(options)).toThrow(message);
  });
});
