import fc from 'fast-check';
import { from } from 'rxjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { growingVocabulary } from '../../src/text/GrowingVocabulary.js';
import { Tokenizer } from '../../src/text/Tokenizer.js';
import type { TokenizerOptions } from '../../src/text/TokenizerOptions.js';

const fit = (texts: readonly string[], options?: TokenizerOptions): Tokenizer => {
  let fitted: Tokenizer | undefined;
  from(texts)
    .pipe(Tokenizer.fit(options))
    .subscribe((tokenizer) => (fitted = tokenizer));
  return fitted!;
};

describe('growingVocabulary', () => {
  let words: Tokenizer;
  beforeAll(() => {
    words = fit(['rain in april']);
  });

  it('gives a word an index when it was seen in enough texts, from the tokenizer size on', () => {
    const vocabulary = growingVocabulary(words, { spare: 3, minTexts: 2 });
    expect(vocabulary.size).toBe(8);
    // Twice in one text is one text.
    expect(vocabulary.learn('hail hail in april')).toEqual([]);
    expect([...vocabulary.encode('hail rain')]).toEqual([1, 2]);
    expect(vocabulary.learn('snow and hail')).toEqual([{ token: 'hail', index: 5, insteadOf: undefined }]);
    expect([...vocabulary.encode('hail rain snow')]).toEqual([5, 2, 1]);
    expect(vocabulary.learn('snow')).toEqual([{ token: 'snow', index: 6, insteadOf: undefined }]);
    expect([...vocabulary.given]).toEqual([
      ['hail', 5],
      ['snow', 6],
    ]);
  });

  it('takes the index from the word that was not seen for longest when all are given', () => {
    const vocabulary = growingVocabulary(words, { spare: 2, minTexts: 1 });
    vocabulary.learn('hail');
    vocabulary.learn('snow');
    vocabulary.learn('hail rain');
    expect(vocabulary.learn('fog')).toEqual([{ token: 'fog', index: 6, insteadOf: 'snow' }]);
    expect([...vocabulary.encode('hail snow fog')]).toEqual([5, 1, 6]);
  });

  it('forgets the counts of words that were not seen for longest', () => {
    const vocabulary = growingVocabulary(words, { spare: 2, minTexts: 2, candidates: 2 });
    for (const text of ['hail', 'snow', 'fog']) vocabulary.learn(text);
    expect(vocabulary.learn('snow')).toHaveLength(1);
    expect(vocabulary.learn('hail')).toEqual([]);
  });

  it('takes no empty word, and none spelt like padding or unknown', () => {
    const vocabulary = growingVocabulary(words, { minTexts: 1 });
    expect(vocabulary.learn(' <PAD> <UNK>')).toEqual([]);
    expect(vocabulary.learn('')).toEqual([]);
    expect([...vocabulary.encode('<PAD>')]).toEqual([1]);
  });

  it('learns code points where the tokenizer is char-level', () => {
    const vocabulary = growingVocabulary(fit(['ab'], { charLevel: true }), { spare: 2, minTexts: 1 });
    expect(vocabulary.learn('a🌧b')).toEqual([{ token: '🌧', index: 4, insteadOf: undefined }]);
    expect([...vocabulary.encode('🌧a')]).toEqual([4, 2]);
  });

  it('makes a plain tokenizer of what it has learnt, which encodes alike', () => {
    const vocabulary = growingVocabulary(words, { spare: 2, minTexts: 1 });
    for (const text of ['hail', 'snow', 'hail', 'fog']) vocabulary.learn(text);
    const plain = vocabulary.toTokenizer();
    expect(plain.tokens).toEqual([...words.tokens, 'hail', 'fog']);
    for (const text of ['hail fog rain', 'snow', '']) expect(plain.encode(text)).toEqual(vocabulary.encode(text));
  });

  it('never gives two words one index, never more than there are, and encode changes nothing', () => {
    const text = fc
      .array(fc.constantFrom('rain', 'a', 'b', 'c', 'd', 'e', 'f', 'g'), { maxLength: 6 })
      .map((all) => all.join(' '));
    fc.assert(
      fc.property(
        fc.array(text, { maxLength: 40 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 3 }),
        (texts, spare, minTexts) => {
          const vocabulary = growingVocabulary(words, { spare, minTexts });
          for (const one of texts) {
            const before = new Map(vocabulary.given);
            const added = vocabulary.learn(one);
            vocabulary.encode(one);
            const indices = [...vocabulary.given.values()];
            expect(new Set(indices).size).toBe(indices.length);
            expect([...indices].sort((a, b) => a - b)).toEqual(indices.map((_, i) => words.size + i));
            expect(indices.length).toBeLessThanOrEqual(spare);
            // Whatever index has changed its word is told: the model must renew just these.
            const told = new Set(added.map(({ index }) => index));
            for (const [word, index] of vocabulary.given)
              expect(told.has(index) || before.get(word) === index).toBe(true);
          }
        },
      ),
      { seed: 5, numRuns: 200 },
    );
  });

  it.each([{ spare: 0 }, { minTexts: 0.5 }, { candidates: 0 }])('refuses %o', (options) => {
    expect(() => growingVocabulary(words, options)).toThrow(
      expect.objectContaining({
        code: 'HW_USAGE',
        message: expect.stringContaining(Object.keys(options)[0] ?? '') as unknown,
      }),
    );
  });
});
