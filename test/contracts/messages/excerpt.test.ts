import { describe, expect, it } from 'vitest';
import { excerpt } from '../../../src/contracts/messages/excerpt.js';

describe('excerpt', () => {
  it('leaves a text that fits as it is', () => {
    expect(excerpt('a'.repeat(80))).toBe('a'.repeat(80));
  });

  it('cuts a longer text to the limit, the ellipsis included', () => {
    expect(excerpt('a'.repeat(81))).toBe(`${'a'.repeat(79)}…`);
    expect(excerpt('abc', 2)).toBe('a…');
    expect(excerpt('abc', 1)).toBe('…');
  });

  it('cuts no surrogate pair in two', () => {
    expect(excerpt(`a\u{1f30a}bc`, 3)).toBe('a…');
    expect(excerpt(`\u{1f30a}bc`, 3)).toBe('\u{1f30a}…');
  });
});
