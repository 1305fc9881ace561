import { describe, expect, it } from 'vitest';
import { letterOf } from '../../../site/browser/page/letterOf.js';
import { placeMarbles, ticksOf } from '../../../site/browser/page/placeMarbles.js';
import type { Notified } from '../../../site/browser/protocol.js';

const value = (time: number, stage = 0): Notified => ({ stage, kind: 'next', time, text: String(time) });

describe('placeMarbles', () => {
  it('draws a short program in the order of arrival', () => {
    const { rows, inOrder } = placeMarbles([value(0), value(0, 1), value(0.1), { ...value(0.1), kind: 'complete' }]);
    expect(inOrder).toBe(true);
    expect(rows.get(0)?.map(({ x, below }) => [x, below])).toEqual([
      [0.125, 0],
      [0.625, 0],
      [0.875, 0],
    ]);
    expect(rows.get(1)?.map(({ x }) => x)).toEqual([0.375]);
  });

  it('puts the values of one moment below one another, in their order, and counts those that have no room', () => {
    const burst = Array.from({ length: 8 }, (_, at) => value(50 + at / 100));
    const { rows, inOrder, milliseconds } = placeMarbles([
      value(0),
      ...burst,
      { ...value(50.1), kind: 'complete' },
      value(100),
    ]);
    expect([inOrder, milliseconds]).toEqual([false, 100]);
    expect(rows.get(0)?.map(({ x, below, more }) => [x, below, more])).toEqual([
      [0, 0, 0],
      [0.5, 0, 0],
      [0.5, 1, 0],
      [0.5, 2, 0],
      [0.5, 3, 0],
      [0.5, 4, 3],
      [0.501, 0, 0],
      [1, 0, 0],
    ]);
  });

  it('has no rows for nothing', () => {
    expect(placeMarbles([])).toEqual({ rows: new Map(), inOrder: true, milliseconds: 0 });
  });
});

describe('ticksOf', () => {
  it.each([
    [5, [0, 1, 2, 3, 4, 5]],
    [100, [0, 20, 40, 60, 80, 100]],
    [601, [0, 200, 400, 600]],
    [90_000, [0, 20_000, 40_000, 60_000, 80_000]],
  ])('names round times of %s ms', (milliseconds, times) => {
    expect(ticksOf(milliseconds)).toEqual(times);
  });
});

describe('letterOf', () => {
  it.each([
    ['7', '7'],
    ['-12', '-12'],
    ['1234', '12…'],
    ['0.125', '0.1'],
    ['late goal', 'lat'],
    ["{ title: 'Late goal', category: 'Sports' }", 'Lat'],
    ['Row { id: 12, title: 3 }', '12'],
    ['[1, 2]', '1'],
    ["[{ id: 5, title: 'x' }]", '5'],
    ["{ type: 'step', loss: 1 }", 'ste'],
    ['Breaking: news', 'Bre'],
    ['Observable of 0', 'Obs'],
    ['{}', '·'],
    ['', '·'],
  ])('stands for %j', (text, letters) => {
    expect(letterOf(text)).toBe(letters);
  });
});
