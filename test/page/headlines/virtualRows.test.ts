import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowsAPage, rowsToDraw, scrollAfterNew, scrollToRow } from '../../../src/page/headlines/virtualRows.js';

const viewport = fc.record({
  scrollTop: fc.integer({ min: 0, max: 500_000 }),
  height: fc.integer({ min: 0, max: 2000 }),
  rowHeight: fc.integer({ min: 10, max: 90 }),
  count: fc.integer({ min: 0, max: 10_000 }),
});

describe('virtual rows', () => {
  it('draws every row that can be seen, some around them, and no more', () => {
    fc.assert(
      fc.property(viewport, fc.integer({ min: 0, max: 9 }), (view, around) => {
        const { scrollTop, height, rowHeight, count } = view;
        const { first, end } = rowsToDraw(view, around);
        expect(first).toBeGreaterThanOrEqual(0);
        expect(end).toBeLessThanOrEqual(count);
        expect(end - first).toBeLessThanOrEqual(Math.ceil(height / rowHeight) + 1 + 2 * around);
        for (let row = 0; row < count; row += Math.max(1, Math.floor(count / 500))) {
          if ((row + 1) * rowHeight > scrollTop && row * rowHeight < scrollTop + height)
            expect(row >= first && row < end).toBe(true);
        }
      }),
    );
  });

  it('scrolls to a row no further than it takes', () => {
    const view = { scrollTop: 100, height: 200, rowHeight: 40, count: 100 };
    expect(scrollToRow(view, 3)).toBe(100);
    expect(scrollToRow(view, 2)).toBe(80);
    expect(scrollToRow(view, 0)).toBe(0);
    expect(scrollToRow(view, 7)).toBe(120);
    expect(rowsAPage(view)).toBe(5);
    expect(rowsAPage({ ...view, height: 10 })).toBe(1);
  });

  it('keeps what is read in its place when rows are put before it, and shows them at the top', () => {
    expect(scrollAfterNew(0, 40, 3)).toBe(0);
    expect(scrollAfterNew(19, 40, 3)).toBe(19);
    expect(scrollAfterNew(400, 40, 3)).toBe(520);
    expect(scrollAfterNew(400, 40, 0)).toBe(400);
  });
});
