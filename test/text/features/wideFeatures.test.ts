import fc from 'fast-check';
import { from, lastValueFrom } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { FeatureOptions } from '../../../src/text/features/countFeatures.js';
import { DocumentFrequencies } from '../../../src/text/features/DocumentFrequencies.js';
import { wideFeatures } from '../../../src/text/features/wideFeatures.js';
import { blocksOf, sortedBlocks, weighted } from './reference.js';

const fitted = (texts: readonly string[], options?: FeatureOptions): Promise<DocumentFrequencies> =>
  lastValueFrom(from(texts).pipe(DocumentFrequencies.fit(options)));

const extractor = async (texts: readonly string[], options?: FeatureOptions) =>
  wideFeatures(await fitted(texts, options), { unseen: 'keep' });

/** Texts of many scripts, some with two spaces in a row, and letters that become two in lower case. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'ferry',
        'Harbour',
        'u.s.',
        "n't",
        '2026',
        'für',
        'İstanbul',
        '台风',
        'Россия',
        'قطار',
        '🏆',
        '',
        '<',
        '>',
      ),
      fc.string({ unit: 'grapheme', maxLength: 8 }).map((word) => word.replaceAll(' ', '_')),
    ),
    { maxLength: 12 },
  )
  .map((words) => words.join(' '));

describe('wideFeatures', () => {
  it('gives what the definition gives by way of strings', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(text, { maxLength: 6 }),
        text,
        fc.constantFrom(8, 13, 16),
        async (train, title, bits) => {
          const row = (await extractor(train, { bits })).extract(title);
          const found = sortedBlocks(row, blocksOf(title, bits)[0]!.size);
          const expected = weighted(title, bits, train);
          expect(found.map(([block, id]) => [block, id])).toEqual(expected.map(([block, id]) => [block, id]));
          found.forEach(([, , value], at) => expect(value).toBeCloseTo(expected[at]![2], 5));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('divides each block by its norm', async () => {
    const title = 'rain in april and rain in may';
    const { values } = (await extractor(['rain in april', 'snow'])).extract(title);
    const words = blocksOf(title, 20)[0]!.size;
    const norm = (part: Float32Array): number => Math.hypot(...part);
    expect(norm(values.subarray(0, words))).toBeCloseTo(1, 6);
    expect(norm(values.subarray(words))).toBeCloseTo(1, 6);
  });

  it('gives equal rows for equal texts, whatever it read in between, and buffers of their own', async () => {
    const features = await extractor(['rain in april']);
    const before = features.extract('hail in may');
    const copy = { ids: before.ids.slice(), values: before.values.slice() };
    features.extract('a much longer text '.repeat(500));
    features.extract('');
    expect(features.extract('hail in may')).toEqual(copy);
    expect(before).toEqual(copy);
  });

  it('has no features of an empty text, or of spaces', async () => {
    const features = await extractor(['rain']);
    for (const empty of ['', ' ', '   ']) expect(features.extract(empty).ids).toHaveLength(0);
  });

  it('reads a text of more features than there was room for', async () => {
    const title = Array.from({ length: 3000 }, (_, at) => `word${at % 1500}`).join(' ');
    const { ids } = (await extractor([])).extract(title);
    expect(ids).toHaveLength(blocksOf(title, 20).reduce((sum, block) => sum + block.size, 0));
  });

  it('adds, when cased, the features of what is written in capitals, and of nothing else', async () => {
    const plain = await extractor([]);
    const cased = await extractor([], { cased: true });
    const lower = 'the bank of england';
    expect(cased.extract(lower)).toEqual(plain.extract(lower));
    const found = new Set(cased.extract('the Bank of england').ids);
    for (const id of plain.extract(lower).ids) expect(found.has(id)).toBe(true);
    // 'w Bank'; 'b the Bank', 'b Bank of'; the n-grams of <Bank> with the B: <B <Ba <Ban <Bank Ba Ban Bank Bank>.
    expect(found.size).toBe(new Set(plain.extract(lower).ids).size + 11);
  });

  it('merges neighbours of scripts without spaces, with runs, for the n-grams alone', async () => {
    const apart = await extractor([], { bits: 20 });
    const merged = await extractor([], { bits: 20, runs: true });
    const ids = (features: typeof apart, title: string): ReadonlySet<number> => new Set(features.extract(title).ids);
    const title = '台 风 登 陆 ， 2026 ferry の 港';
    const [words, grams] = blocksOf(title, 20);
    const [, expected] = blocksOf('台风登陆 ， 2026 ferry の港', 20);
    expect(ids(merged, title)).toEqual(new Set([...words!.keys(), ...expected!.keys()]));
    expect(ids(apart, title)).toEqual(new Set([...words!.keys(), ...grams!.keys()]));
    for (const other of ['the ferry returns', 'паром вернулся', '台 ferry 风'])
      expect(merged.extract(other)).toEqual(apart.extract(other));
    // The buffers of a longer text before do not show.
    merged.extract(`${title} `.repeat(300));
    expect(ids(merged, title)).toEqual(new Set([...words!.keys(), ...expected!.keys()]));
  });

  it('refuses bits that it cannot have', () => {
    for (const bits of [7, 25, 1.5, NaN])
      expect(() => DocumentFrequencies.fit({ bits })).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  });
});

describe('DocumentFrequencies', () => {
  it('are what their data says', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(text, { maxLength: 6 }), fc.boolean(), async (train, on) => {
        const made = await fitted(train, { cased: on, runs: !on, bits: 10 });
        const data = made.toData();
        expect(data.ids.length).toBe(made.counts.filter((count) => count > 0).length);
        const read = DocumentFrequencies.fromData(data);
        expect(read).toEqual({ _tag: 'Right', right: made });
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    ['bits', { bits: 40 }],
    ['texts', { documents: -1 }],
    ['lengths', { ids: Int32Array.of(1) }],
    ['features that fall', { ids: Int32Array.of(9, 3) }],
    ['a feature past the end', { ids: Int32Array.of(3, 256) }],
    ['a feature below 0', { ids: Int32Array.of(-3, 2) }],
    ['a count of 0', { counts: Int32Array.of(0, 1) }],
    ['a count above the texts', { counts: Int32Array.of(1, 99) }],
  ])('are not read where %s are damaged', (_, damage) => {
    const settings = { bits: 8, cased: false, runs: false };
    const data = { ...settings, documents: 2, ids: Int32Array.of(3, 9), counts: Int32Array.of(1, 2) };
    expect(DocumentFrequencies.fromData(data)._tag).toBe('Right');
    expect(DocumentFrequencies.fromData({ ...data, ...damage }, 'features')).toMatchObject({
      _tag: 'Left',
      left: { code: 'HW_ARTIFACT', where: 'features' },
    });
  });
});
