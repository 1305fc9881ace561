import fc from 'fast-check';
import { expect, it } from 'vitest';
import { repairText } from '../../../src/text/unicode/repairText.js';

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: ' ', deg: '°', shy: '' };

/** A character reference with its `&` or without, as a pattern says it. */
const REFERENCE =
  /(?:&|(?<!;))#(?:(\d{1,7})|[xX]([\da-fA-F]{1,6}));|(?:&|(?<![\p{L}\p{M}\p{N};]))(amp|lt|gt|quot|nbsp|deg|shy);/gu;

const decoded = (_: string, decimal?: string, hexadecimal?: string, name?: string): string => {
  if (name !== undefined) return NAMED[name]!;
  const point = decimal === undefined ? parseInt(hexadecimal!, 16) : Number(decimal);
  const isCharacter = point > 31 && point <= 0x10ffff && !/^[\p{Cc}\p{Cs}]$/u.test(String.fromCodePoint(point));
  return isCharacter ? String.fromCodePoint(point) : ' ';
};

/** All repairs by patterns; no text here has a tag. */
const repairedByPatterns = (text: string): string =>
  text
    .replace(REFERENCE, decoded)
    .replace(REFERENCE, decoded)
    .replace(/\\+([^\p{L}\p{M}\p{N}\s]?)/gu, (_, mark: string) => (mark === '' ? ' ' : mark))
    .normalize('NFKC')
    .replace(/[\u2018\u2019\u201b\u02bc\u2032]/g, "'")
    .replace(/[\u201c-\u201f\u2033]/g, '"')
    .replace(/[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb]+/g, '');

it('repairs references and backslashes as the patterns say that define them', () => {
  const pieces = '& # ; amp quot nbsp deg shy x X 39 3 8217 27 aF g 12345678 128512 1f600 55357 0 \\ $ / é 😀 ́ _ s'
    .split(' ')
    .concat(' ', '\t', ';', '&', '#', '\\', '\ud83d', '&#', '#x');
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 12 }), (parts) => {
      const text = parts.join('');
      expect(repairText(text)).toBe(repairedByPatterns(text));
    }),
    { seed: 11, numRuns: 8_000 },
  );
});
