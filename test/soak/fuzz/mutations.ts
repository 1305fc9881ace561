import type { Random } from '../../../src/contracts/random.js';

/** What readers stumble over: ends of things, lengths, encodings, nesting, and numbers that are none. */
const TEXTS = [
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

const PIECES: readonly Buffer[] = [
  ...TEXTS.map((text) => Buffer.from(text)),
  ...[
    [0xff],
    [0xc3],
    [0xed, 0xa0, 0x80],
    [0xf8, 0x88, 0x80, 0x80, 0x80],
    [0x1f, 0x8b],
    [0xff, 0xfe],
    [0x00, 0x00, 0x00, 0x80],
  ].map((bytes) => Buffer.from(bytes)),
];

const pick = <T>(random: Random, values: readonly T[]): T => values[random.below(values.length)]!;

/** A piece of the list, or a few bytes of any value. */
const somePiece = (random: Random): Buffer =>
  random.below(4) > 0
    ? pick(random, PIECES)
    : Buffer.from(Array.from({ length: random.below(9) }, () => random.below(256)));

/** How often a part is repeated: now and then often enough that a limit is reached. */
const times = (random: Random): number => (random.below(21) === 0 ? 100 + random.below(4900) : 1 + random.below(4));

const KINDS = ['insert', 'replace', 'remove', 'repeat', 'cut', 'flip', 'swap', 'splice'] as const;

const mutated = (random: Random, input: Buffer, others: readonly Buffer[]): Buffer => {
  const from = random.below(input.length + 1);
  const to = Math.min(input.length, from + random.below(random.below(2) === 0 ? 5 : 65));
  const [before, there, after] = [input.subarray(0, from), input.subarray(from, to), input.subarray(to)];
  switch (pick(random, KINDS)) {
    case 'insert':
      return Buffer.concat([before, somePiece(random), there, after]);
    case 'replace':
      return Buffer.concat([before, somePiece(random), after]);
    case 'remove':
      return Buffer.concat([before, after]);
    case 'repeat': {
      const part = there.length === 0 ? somePiece(random) : there;
      return Buffer.concat([before, ...Array.from({ length: times(random) }, () => part), after]);
    }
    case 'cut':
      return before;
    case 'swap':
      return Buffer.concat([after, there, before]);
    case 'splice': {
      const other = pick(random, others);
      return Buffer.concat([before, other.subarray(random.below(other.length + 1))]);
    }
    case 'flip': {
      const copy = Buffer.from(input);
      if (copy.length > from) copy[from] = (copy[from] ?? 0) ^ (1 << random.below(8));
      return copy;
    }
  }
};

/** No input is longer: what grows by repeated parts would otherwise grow without end. */
export const LONGEST = 16_384;

/** An input near what a reader reads: one of the corpus with some mutations and, now and then, what is near nothing. */
export const nextInput = (random: Random, corpus: readonly Buffer[]): Buffer => {
  if (random.below(10) === 0)
    return Buffer.concat(Array.from({ length: random.below(31) }, () => somePiece(random))).subarray(0, LONGEST);
  let input: Buffer = pick(random, corpus);
  for (let left = 1 + random.below(6); left > 0; left--) input = mutated(random, input, corpus).subarray(0, LONGEST);
  return input;
};
