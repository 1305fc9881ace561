import { describe, expect, it } from 'vitest';
import { copyWith } from '../../src/operators/internal/copyWith.js';

describe('copyWith', () => {
  it('leaves the row as it was, and keeps the order of what it has', () => {
    const row = Object.freeze({ id: 3, title: 'Rain' });
    expect(Object.entries(copyWith(row, 'text', 'rain'))).toEqual([
      ['id', 3],
      ['title', 'Rain'],
      ['text', 'rain'],
    ]);
  });

  it('replaces what the row has of that name', () => {
    expect(copyWith({ text: 'old', id: 1 }, 'text', 'new')).toEqual({ text: 'new', id: 1 });
  });

  it('keeps a column named __proto__, and its prototype out of it', () => {
    const row = Object.assign(Object.create(null) as Record<string, string>, { title: 'Rain' });
    row['__proto__'] = 'a column';
    const copy = copyWith(row, 'id', 7);
    expect(Object.entries(copy)).toEqual([
      ['title', 'Rain'],
      ['__proto__', 'a column'],
      ['id', 7],
    ]);
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
  });
});
