import { describe, expect, it } from 'vitest';
import { HeadwaterError } from '../../src/contracts/HeadwaterError.js';
import * as headwater from '../../src/index.js';
import { recordingModel } from '../../src/testing/recordingModel.js';

const model = recordingModel();
const shares = { train: 0.8, validation: 0.1, test: 0.1 };
const valve = headwater.valve();
const { labelEncoder, tokenizer } = {
  labelEncoder: headwater.LabelEncoder.of(['a', 'b']),
  tokenizer: { padIndex: 0, unknownIndex: 1, encode: () => new Int32Array(0) },
};

/** What a JavaScript program may call with anything: the function, the options that work, and an option at fault. */
type Call = (options: never) => unknown;

const usage = (call: Call, options: unknown): string => {
  try {
    call(options as never);
  } catch (error) {
    expect(error).toBeInstanceOf(HeadwaterError);
    expect(error).toMatchObject({ code: 'HW_USAGE' });
    return (error as HeadwaterError).message;
  }
  return 'nothing was refused';
};

describe('options that are missing', () => {
  it.each<[string, Call]>([
    ['batches', (options) => headwater.batches({} as never, options)],
    ['boundedQueue', headwater.boundedQueue],
    ['bucketByLength', headwater.bucketByLength],
    ['classifyLive', headwater.classifyLive],
    ['liveHeadline', headwater.liveHeadline],
    ['microBatch', headwater.microBatch],
    ['prequential', headwater.prequential],
    ['shed', headwater.shed],
    ['shuffle', headwater.shuffle],
    ['stratifiedSplit', headwater.stratifiedSplit],
    ['trainable', headwater.trainable],
    ['trainStep', (options) => headwater.trainStep(model, options)],
  ])('of %s are a sentence', (name, call) => {
    expect(usage(call, undefined)).toMatch(
      new RegExp(`^${name} was called without options\\. Give an object, such as ${name}\\(`),
    );
    expect(usage(call, 'fast')).toContain(`${name} was given "fast" for options`);
  });
});

describe('an option of another type', () => {
  const batching = { batchSize: 8 };
  it.each<[string, Call, object, string]>([
    ['adwin', headwater.adwin, {}, 'delta'],
    ['boundedQueue', headwater.boundedQueue, { valve, highWaterMark: 4 }, 'highWaterMark'],
    ['boundedQueue', headwater.boundedQueue, { valve, highWaterMark: 4 }, 'limit'],
    ['boundedQueue', headwater.boundedQueue, { valve, highWaterMark: 4 }, 'yieldAfter'],
    ['bucketByLength', headwater.bucketByLength, batching, 'batchSize'],
    ['bucketByLength', headwater.bucketByLength, batching, 'maxLength'],
    ['earlyStopping', headwater.earlyStopping, {}, 'patience'],
    ['fit', (options) => headwater.fit(model, options), {}, 'epochs'],
    ['fit', (options) => headwater.fit(model, options), {}, 'learningRate'],
    ['fit', (options) => headwater.fit(model, options), {}, 'keep'],
    ['fit', (options) => headwater.fit(model, options), {}, 'averageOver'],
    ['microBatch', headwater.microBatch, { maxSize: 4, maxWaitMs: 5 }, 'maxSize'],
    ['microBatch', headwater.microBatch, { maxSize: 4, maxWaitMs: 5 }, 'maxWaitMs'],
    ['modelSlot', (options) => headwater.modelSlot(model, options), {}, 'tolerance'],
    ['pageHinkley', headwater.pageHinkley, {}, 'alpha'],
    ['pageHinkley', headwater.pageHinkley, {}, 'delta'],
    ['pageHinkley', headwater.pageHinkley, {}, 'direction'],
    ['pageHinkley', headwater.pageHinkley, {}, 'leastRows'],
    ['pageHinkley', headwater.pageHinkley, {}, 'threshold'],
    ['prequential', headwater.prequential, { slot: headwater.modelSlot(model), tokenizer, labelEncoder }, 'batchSize'],
    ['reduceLrOnPlateau', headwater.reduceLrOnPlateau, {}, 'cooldown'],
    ['reduceLrOnPlateau', headwater.reduceLrOnPlateau, {}, 'factor'],
    ['reduceLrOnPlateau', headwater.reduceLrOnPlateau, {}, 'minLr'],
    ['reduceLrOnPlateau', headwater.reduceLrOnPlateau, {}, 'threshold'],
    ['reduceLrOnPlateau', headwater.reduceLrOnPlateau, {}, 'thresholdMode'],
    ['shed', headwater.shed, { capacity: 4, policy: 'oldest' }, 'capacity'],
    ['shed', headwater.shed, { capacity: 4, policy: 'oldest' }, 'policy'],
    ['shed', headwater.shed, { capacity: 4, policy: 'oldest' }, 'seed'],
    ['shuffle', headwater.shuffle, { buffer: 4, seed: 1 }, 'buffer'],
    ['stratifiedSplit', headwater.stratifiedSplit, { shares, seed: 1 }, 'seed'],
    ['trainStep', (options) => headwater.trainStep(model, options), { epoch: 1, learningRate: 1 }, 'epoch'],
    ['trainStep', (options) => headwater.trainStep(model, options), { epoch: 1, learningRate: 1 }, 'firstStep'],
    ['trainStep', (options) => headwater.trainStep(model, options), { epoch: 1, learningRate: 1 }, 'learningRate'],
  ])('%s names its option and quotes what was given', (name, call, options, option) => {
    // Compared with a number, this text would pass for one.
    expect(usage(call, { ...options, [option]: '0.5' })).toContain(`${name}: ${option} is "0.5", but must be `);
    const long = 'x'.repeat(10_000);
    expect(usage(call, { ...options, [option]: long }).length).toBeLessThan(300);
    // Undefined is as good as an option left out, where it may be.
    if (!(option in options)) expect(() => call({ ...options, [option]: undefined } as never)).not.toThrow();
  });
});
