import fc from 'fast-check';

/** What readers stumble over: ends of things, lengths, encodings, nesting, and numbers that are none. */
const PIECES: readonly string[] = [
  '',
  '"',
  '""',
  ',',
  ';',
  '\t',
  '\n',
  '\r',
  '\r\n',
  '\0',
  '\uFEFF',
  '\uFFFD',
  '\\',
  '\\u0000',
  '\\ud800',
  '{',
  '}',
  '[',
  ']',
  '[[[[[[[[',
  '{"a":{"a":{"a":',
  'null',
  'true',
  '-0',
  '1e999',
  '-1',
  '9007199254740993',
  '1e-400',
  'NaN',
  '__proto__',
  '"__proto__":',
  'constructor',
  '<',
  '>',
  '<!',
  '<![CDATA[',
  ']]>',
  '<!--',
  '&',
  '&amp;',
  '&#x110000;',
  '&#0;',
  '&lol;',
  '<?xml encoding="utf-16"?>',
  '<item>',
  '</item>',
  '</channel>',
  '<entry><title>',
  '__label__',
  'data:',
  'id:',
  'retry:',
  'event:',
  ': ',
  '\u202E',
  '👩‍👩‍👧',
  'ก็',
  'İ',
  '\u0345',
  'ﷺ',
  'PAR1',
  'PK\x03\x04',
];

const BYTES: readonly Buffer[] = [
  [0xff],
  [0xc3],
  [0xed, 0xa0, 0x80],
  [0xf8, 0x88, 0x80, 0x80, 0x80],
  [0x1f, 0x8b],
  [0xff, 0xfe],
  [0x00, 0x00, 0x00, 0x80],
].map((bytes) => Buffer.from(bytes));

const piece = fc.oneof(
  fc.constantFrom(...PIECES.map((text) => Buffer.from(text))),
  fc.constantFrom(...BYTES),
  fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes)),
  fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => Buffer.from(text)),
);

interface Mutation {
  readonly kind: 'insert' | 'replace' | 'remove' | 'repeat' | 'cut' | 'flip' | 'swap';
  readonly at: number;
  readonly length: number;
  readonly piece: Buffer;
  readonly times: number;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom('insert', 'replace', 'remove', 'repeat', 'cut', 'flip', 'swap'),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.oneof(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 64 })),
  piece,
  times: fc.oneof(
    { weight: 20, arbitrary: fc.integer({ min: 1, max: 4 }) },
    { weight: 1, arbitrary: fc.integer({ min: 100, max: 5000 }) },
  ),
});

const mutated = (input: Buffer, { kind, at, length, piece: put, times }: Mutation): Buffer => {
  const from = Math.floor(at * input.length);
  const to = Math.min(input.length, from + length);
  const [before, there, after] = [input.subarray(0, from), input.subarray(from, to), input.subarray(to)];
  switch (kind) {
    case 'insert':
      return Buffer.concat([before, put, there, after]);
    case 'replace':
      return Buffer.concat([before, put, after]);
    case 'remove':
      return Buffer.concat([before, after]);
    case 'repeat':
      return Buffer.concat([before, ...Array.from({ length: times }, () => (there.length === 0 ? put : there)), after]);
    case 'cut':
      return before;
    case 'swap':
      return Buffer.concat([after, there, before]);
    case 'flip': {
      const copy = Buffer.from(input);
      if (copy.length > from) copy[from] = (copy[from] ?? 0) ^ (1 << (length % 8));
      return copy;
    }
  }
};

/** Inputs near what a reader reads: seeds with some mutations each, and now and then what is near nothing. */
export const inputs = (seeds: readonly (string | Uint8Array)[]): fc.Arbitrary<Buffer> =>
  fc.oneof(
    {
      weight: 9,
      arbitrary: fc
        .tuple(
          fc.constantFrom(...seeds.map((seed) => Buffer.from(seed))),
          fc.array(mutation, { minLength: 1, maxLength: 6 }),
        )
        .map(([seed, mutations]) => mutations.reduce(mutated, seed)),
    },
    { weight: 1, arbitrary: fc.array(piece, { maxLength: 30 }).map((pieces) => Buffer.concat(pieces)) },
  );
