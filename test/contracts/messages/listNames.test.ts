import { describe, expect, it } from 'vitest';
import { listNames } from '../../../src/contracts/messages/listNames.js';

describe('listNames', () => {
  it('quotes the first names, and counts the others', () => {
    expect(listNames(['a', 'b "c"', 'd'], 2)).toBe('"a", "b \\"c\\"" and 1 more');
  });

  it('cuts a long name', () => {
    expect(listNames(['a'.repeat(50_000)])).toBe(`"${'a'.repeat(79)}…"`);
  });
});
