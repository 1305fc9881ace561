import { describe, expect, it } from 'vitest';
import { SIDES } from '../../../src/contracts/rows/Row.js';
import { SideByRow } from '../../../src/operators/rows/internal/SideByRow.js';

describe('SideByRow', () => {
  it('remembers the side of each row while it grows', () => {
    const sides = new SideByRow();
    for (let id = 0; id < 40_000; id++) sides.record(id, SIDES[id % 3] ?? 'train');
    for (let id = 0; id < 40_000; id++) expect(sides.sideOf(id)).toBe(SIDES[id % 3]);
    expect(sides.sideOf(40_000)).toBeUndefined();
    expect(sides.sideOf(-1)).toBeUndefined();
    expect(sides.sideOf(0.5)).toBeUndefined();
  });

  it('grows to an id far above the others', () => {
    const sides = new SideByRow();
    sides.record(0, 'test');
    sides.record(1_000_000, 'train');
    expect(sides.sideOf(0)).toBe('test');
    expect(sides.sideOf(1_000_000)).toBe('train');
    expect(sides.sideOf(999_999)).toBeUndefined();
  });

  it('refuses a second side, and forgets', () => {
    const sides = new SideByRow();
    sides.record(3, 'test');
    expect(() => sides.record(3, 'test')).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
    sides.forget(3);
    expect(sides.sideOf(3)).toBeUndefined();
  });
});
