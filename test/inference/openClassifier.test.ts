import { memory } from '@tensorflow/tfjs-core';
import { describe, expect, it, vi } from 'vitest';
import * as headwater from '../../src/index.js';
import { openClassifier, type OpenClassifierOptions } from '../../src/inference/openClassifier.js';
import * as restoring from '../../src/models/artifacts/restoreModel.js';
import { savedModel } from '../examples/savedModel.js';

describe('openClassifier', () => {
  it('classifies a text, with all classes by their probability', async () => {
    const classify = await openClassifier(await savedModel());
    const { category, probability, distribution, known } = await classify('A late GOAL!');
    expect(classify.classes).toEqual(['Sports', 'World']);
    expect(category).toBe('Sports');
    expect(known).toBe(1);
    expect(distribution.map((each) => each.category)).toEqual(['Sports', 'World']);
    expect(distribution[0]).toEqual({ category, probability });
    expect(probability).toBeGreaterThan(0.5);
    await classify.close();
  });

  it('says of a text without a known word that it knows none', async () => {
    const classify = await openClassifier(await savedModel());
    expect(await classify('')).toMatchObject({ known: 0 });
    await classify.close();
  });

  it('classifies calls that come together in one batch, and answers each with its own', async () => {
    const restore = vi.spyOn(restoring, 'restoreModel');
    const classify = await openClassifier(await savedModel(), { maxSize: 3, maxWaitMs: 1 });
    const model = restore.mock.results[0]?.value as restoring.TextModel;
    const predict = vi.spyOn(model, 'predictBatch');
    const answers = await Promise.all(['goal', 'vote', 'goal', 'vote', 'vote'].map((text) => classify(text)));
    expect(answers.map(({ category }) => category)).toEqual(['Sports', 'World', 'Sports', 'World', 'World']);
    expect(predict.mock.calls.map(([batch]) => batch.size)).toEqual([3, 2]);
    await classify.close();
    restore.mockRestore();
  });

  it.each(['WebSocketPair', 'EdgeRuntime'])(
    'answers each call at once where a request cannot wait for another (%s)',
    async (name) => {
      vi.stubGlobal(name, {});
      // A timer of another request.
      const timer = vi.spyOn(globalThis, 'setInterval');
      const classify = await openClassifier(await savedModel(), { maxSize: 3, maxWaitMs: 60_000 });
      const answers = await Promise.all(['goal', 'vote'].map((text) => classify(text)));
      expect(answers.map(({ category }) => category)).toEqual(['Sports', 'World']);
      expect(timer).not.toHaveBeenCalled();
      await classify.close();
      vi.unstubAllGlobals();
      timer.mockRestore();
    },
  );

  it('fails the calls of a batch that the model fails, and no others', async () => {
    const restore = vi.spyOn(restoring, 'restoreModel');
    const classify = await openClassifier(await savedModel(), { maxSize: 1 });
    const model = restore.mock.results[0]?.value as restoring.TextModel;
    vi.spyOn(model, 'predictBatch').mockImplementationOnce(() => {
      throw new Error('once');
    });
    await expect(classify('goal')).rejects.toThrow('once');
    expect(await classify('goal')).toMatchObject({ category: 'Sports' });
    await classify.close();
    restore.mockRestore();
  });

  it('answers what waits when it is closed, then frees the model and takes no more', async () => {
    const folder = await savedModel();
    const before = memory().numTensors;
    const classify = await openClassifier(folder, { maxWaitMs: Infinity });
    const waiting = classify('vote');
    await classify.close();
    expect(await waiting).toMatchObject({ category: 'World' });
    expect(memory().numTensors).toBe(before);
    await expect(classify('vote')).rejects.toMatchObject({ code: 'HW_USAGE' });
    await classify.close();
    expect(memory().numTensors).toBe(before);
  });

  it('is closed by what disposes of it', async () => {
    const classify = await openClassifier(await savedModel());
    await classify[Symbol.asyncDispose]();
    await expect(classify('vote')).rejects.toThrow('closed');
  });

  it('rejects with the error of what cannot be read, and frees nothing twice', async () => {
    const before = memory().numTensors;
    await expect(openClassifier('no/such/directory')).rejects.toMatchObject({ code: 'HW_PATH' });
    expect(memory().numTensors).toBe(before);
  });

  it.each([
    [{ maxSize: '5' }, 'openClassifier: maxSize is "5"'],
    [{ maxWaitMs: -1 }, 'openClassifier: maxWaitMs is -1 ms'],
  ])('refuses %o', async (options, message) => {
    await expect(openClassifier('anywhere', options as OpenClassifierOptions)).rejects.toThrow(message);
  });

  it('refuses what is no text by what it is', async () => {
    const classify = await openClassifier(await savedModel());
    await expect(Reflect.apply(classify, undefined, [5])).rejects.toThrow('the text is 5');
    await classify.close();
  });
});

describe('promiseOf', () => {
  it('resolves with what is right, and rejects with what is left', async () => {
    await expect(headwater.promiseOf(headwater.loadArtifacts('no/such/directory'))).rejects.toMatchObject({
      code: 'HW_PATH',
    });
    await expect(headwater.promiseOf(headwater.decodeArtifacts(new Map()))).rejects.toMatchObject({
      code: 'HW_ARTIFACT',
    });
    expect((await headwater.promiseOf(headwater.loadArtifacts(await savedModel()))).labelEncoder.size).toBe(2);
  });
});
