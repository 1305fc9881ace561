import { describe, expect, it } from 'vitest';
import { padRows } from '../../src/operators/padRows.js';

describe('padRows', () => {
  it('lays rows side by side, padded to the longest', () => {
    expect(
      padRows([
        { id: 4, tokens: Int32Array.of(5, 3, 8), label: 1 },
        { id: 9, tokens: Int32Array.of(7), label: 0 },
      ]),
    ).toEqual({
      size: 2,
      time: 3,
      tokens: Int32Array.of(5, 3, 8, 7, 0, 0),
      lengths: Int32Array.of(3, 1),
      ids: Int32Array.of(4, 9),
      labels: Int32Array.of(1, 0),
    });
  });

  it('gives rows without labels a batch without labels', () => {
    expect(padRows([{ id: 0, tokens: Int32Array.of(5) }], 3)).toEqual({
      size: 1,
      time: 1,
      tokens: Int32Array.of(5),
      lengths: Int32Array.of(1),
      ids: Int32Array.of(0),
    });
  });

  it('refuses what is no batch', () => {
    const refused = (rows: Parameters<typeof padRows>[0]): void =>
      expect(() => padRows(rows)).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
    refused([]);
    refused([{ id: 0, tokens: new Int32Array() }]);
    const labelled = { id: 0, tokens: Int32Array.of(5), label: 1 };
    refused([labelled, { id: 1, tokens: Int32Array.of(5) }]);
  });
});
