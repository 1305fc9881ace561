import { describe, expect, it } from 'vitest';
import { classCounts } from '../../src/text/classCounts.js';
import { classWeights } from '../../src/text/classWeights.js';

const code = (expected: string): unknown => expect.objectContaining({ code: expected });

describe('classCounts', () => {
  it('counts the rows of each class, those that no row has as well', () => {
    expect(classCounts([1, 0, 1, 1], 3)).toEqual(Int32Array.of(1, 3, 0));
    expect(classCounts(Int32Array.of(1, 1), 2)).toEqual(Int32Array.of(0, 2));
    expect(classCounts([], 1)).toEqual(Int32Array.of(0));
  });

  it.each([3, -1, 0.5, NaN])('errs on the label %d, which no class has', (label) => {
    expect(() => classCounts([0, label], 3)).toThrow(code('HW_LABEL'));
  });

  it.each([0, -1, 1.5, NaN])('refuses %d classes', (classes) => {
    expect(() => classCounts([], classes)).toThrow(code('HW_USAGE'));
  });
});

describe('classWeights', () => {
  it('weighs a class by one over its rows, in float32', () => {
    expect(classWeights([4, 3, 1])).toEqual(Float32Array.of(0.25, 1 / 3, 1));
    expect(classWeights(classCounts([0, 0], 1))).toEqual(Float32Array.of(0.5));
  });

  it('errs where a class has no rows, and where there are no classes', () => {
    expect(() => classWeights([4, 0])).toThrow(code('HW_EMPTY'));
    expect(() => classWeights([4, 0])).toThrow(/^Class 1 has no train rows/);
    expect(() => classWeights([])).toThrow(code('HW_EMPTY'));
  });

  it.each([-1, 0.5, NaN, Infinity])('refuses a count of %d', (count) => {
    expect(() => classWeights([1, count])).toThrow(code('HW_USAGE'));
  });
});
