import { describe, expect, it } from 'vitest';
import type { TokenizedRow } from '../../../src/contracts/rows/Row.js';
import { padRows } from '../../../src/operators/batches/padRows.js';

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

describe('padRows of rows with vectors and features', () => {
  const rows = [
    {
      id: 3,
      tokens: Int32Array.of(5, 3),
      vectorIds: Int32Array.of(7, 0),
      features: { ids: Int32Array.of(4, 9, 4), values: Float32Array.of(1, 2, 3) },
    },
    {
      id: 4,
      tokens: Int32Array.of(1),
      vectorIds: Int32Array.of(8),
      features: { ids: Int32Array.of(), values: Float32Array.of() },
    },
    {
      id: 5,
      tokens: Int32Array.of(2, 2, 2),
      vectorIds: Int32Array.of(1, 2, 3),
      features: { ids: Int32Array.of(6), values: Float32Array.of(4) },
    },
  ];

  it('lays vector ids out as the tokens, 0 past the end, and joins the features', () => {
    const { vectorIds, features } = padRows(rows);
    expect(vectorIds).toEqual(Int32Array.of(7, 0, 0, 8, 0, 0, 1, 2, 3));
    expect(features).toEqual({
      offsets: Int32Array.of(0, 3, 3, 4),
      ids: Int32Array.of(4, 9, 4, 6),
      values: Float32Array.of(1, 2, 3, 4),
    });
  });

  it('leaves both out where no row has them', () => {
    expect(Object.keys(padRows([{ id: 0, tokens: Int32Array.of(1) }]))).toEqual([
      'size',
      'time',
      'tokens',
      'lengths',
      'ids',
    ]);
  });

  it('refuses rows of which some have them, and vectors that do not go with the tokens', () => {
    const [first, second] = rows as [(typeof rows)[0], (typeof rows)[0]];
    const bare = { id: 9, tokens: Int32Array.of(1) };
    expect(() => padRows<TokenizedRow>([first, { ...bare, features: first.features }])).toThrow(
      /1 of 2 rows have vector ids/,
    );
    expect(() => padRows<TokenizedRow>([first, { ...bare, vectorIds: Int32Array.of(1) }])).toThrow(
      /1 of 2 rows have features/,
    );
    expect(() => padRows([{ ...second, vectorIds: Int32Array.of(1, 2) }])).toThrow(
      /row 4 has 1 tokens but 2 vector ids/,
    );
  });
});
