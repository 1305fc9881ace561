import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TokenTable } from '../../src/text/internal/TokenTable.js';

/** The tokens of a text, by the definition. */
const tokensOf = (text: string, charLevel: boolean): string[] => (charLevel ? Array.from(text) : text.split(' '));

const texts = fc.array(
  fc.oneof(
    fc.string({ unit: fc.constantFrom(' ', 'a', 'b', '\0', '\u00e9', '\u4e00', '\u{1d7d8}', '\ud800', '\udc00') }),
    fc.string({ unit: 'binary' }),
  ),
);

describe.each([false, true])('TokenTable, charLevel %s', (charLevel) => {
  it('numbers tokens as a Map of what split gives would', () => {
    fc.assert(
      fc.property(texts, texts, (learnt, read) => {
        const table = new TokenTable(charLevel);
        const numbers = new Map<string, number>();
        for (const text of learnt) {
          for (const token of tokensOf(text, charLevel)) if (!numbers.has(token)) numbers.set(token, numbers.size);
          table.read(text, true);
        }
        expect(table.size).toBe(numbers.size);
        for (const [token, number] of numbers)
          expect([table.token(number), table.numberOf(token)]).toEqual([token, number]);
        for (const text of read) {
          const length = table.read(text, false);
          expect([...table.numbers.subarray(0, length)]).toEqual(
            tokensOf(text, charLevel).map((token) => numbers.get(token) ?? -1),
          );
        }
        expect(table.size).toBe(numbers.size);
      }),
      { seed: 24 },
    );
  });
});

describe('TokenTable', () => {
  it('grows with its tokens, and with the longest of them', () => {
    const table = new TokenTable(false);
    const words = Array.from({ length: 20_000 }, (_, i) => `word${i}`);
    words[7] = 'long'.repeat(50_000);
    expect(table.read(words.join(' '), true)).toBe(20_000);
    expect(words.map((word) => table.numberOf(word))).toEqual([...words.keys()]);
    expect(words.map((_, number) => table.token(number))).toEqual(words);
    expect(table.numberOf('word20000')).toBe(-1);
  });

  it('takes a token with a space in it, which no text has', () => {
    const table = new TokenTable(false);
    for (const token of ['<A PAD>', 'rain']) table.add(token);
    expect(table.numberOf('<A PAD>')).toBe(0);
    expect([table.read('<A PAD> rain', false), ...table.numbers.subarray(0, 3)]).toEqual([3, -1, -1, 1]);
  });
});
