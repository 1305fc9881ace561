import { describe, expect, it } from 'vitest';
import { ClassifierConfig, classifierConfig } from '../../src/models/ClassifierConfig.js';

const lesson = {
  formatVersion: 2,
  cell: 'gru',
  bidirectional: true,
  vocabularySize: 5000,
  embeddingDim: 100,
  hiddenDim: 128,
  fcDim: 100,
  dropout: 0.1,
  classes: 4,
  padIndex: 0,
  overPadding: false,
};

describe('classifierConfig', () => {
  it("completes a configuration by the lesson's sizes", () => {
    expect(classifierConfig({ vocabularySize: 5000, classes: 4 })).toEqual(lesson);
  });

  it("reads both ways by default with gates, and one way without, as the lesson's models do", () => {
    const both = (cell: 'rnn' | 'gru' | 'lstm') =>
      classifierConfig({ cell, vocabularySize: 5000, classes: 4 }).bidirectional;
    expect([both('rnn'), both('gru'), both('lstm')]).toEqual([false, true, true]);
    expect(classifierConfig({ cell: 'rnn', bidirectional: true, vocabularySize: 5000, classes: 4 }).bidirectional).toBe(
      true,
    );
  });

  it.each([
    [{ classes: 1 }, /classes 1. Give a whole number of at least 2/],
    [{ vocabularySize: 0.5 }, /vocabularySize 0.5/],
    [{ hiddenDim: 0 }, /hiddenDim 0/],
    [{ embeddingDim: NaN }, /embeddingDim/],
    [{ dropout: 1 }, /dropout 1. Give a number of at least 0 and below 1/],
    [{ padIndex: 5000 }, /padIndex 5000. Give a whole number below vocabularySize/],
  ])('refuses %o', (change, message) => {
    const misuse = () => classifierConfig({ vocabularySize: 5000, classes: 4, ...change });
    expect(misuse).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
    expect(misuse).toThrow(message);
  });
});

describe('the codec of config.json', () => {
  it('reads what it writes, and leaves out what it does not know', () => {
    expect(
      ClassifierConfig.decode(
        JSON.parse(
          JSON.stringify({
            ...ClassifierConfig.encode(classifierConfig({ vocabularySize: 5000, classes: 4 })),
            colour: 'blue',
          }),
        ),
      ),
    ).toEqual({ _tag: 'Right', right: lesson });
  });

  it.each([
    null,
    3,
    [],
    {},
    { ...lesson, cell: 'cnn' },
    { ...lesson, formatVersion: 3 },
    { ...lesson, bidirectional: 1 },
    { ...lesson, overPadding: undefined },
    { ...lesson, dropout: '0.1' },
    { ...lesson, padIndex: -1 },
  ])('refuses %o', (value) => {
    expect(ClassifierConfig.decode(value)._tag).toBe('Left');
  });
});
