import fc from 'fast-check';
import { expect, it } from 'vitest';
import { unicodePreprocessor } from '../../../src/text/unicode/unicodePreprocessor.js';

// With a stop word that never comes, texts take the way of all scripts.
const direct = unicodePreprocessor();
const scanned = unicodePreprocessor({ stopWords: ['qqqqqqqq'] });

it('reads ASCII texts the short way as the long way does', () => {
  const piece = fc.oneof(
    fc.constantFrom(' ', '  ', "n't", "'s", "'", '.', ',', ':', '-', '&', 'u.s.', 'a.com', '3.5', 'A', 'word', '\t'),
    fc.string({ unit: 'binary-ascii', maxLength: 4 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const text = pieces.join('');
      expect(direct(text)).toBe(scanned(text));
    }),
    { seed: 7, numRuns: 3000 },
  );
});
