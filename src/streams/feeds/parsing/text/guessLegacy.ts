import { analyse } from 'chardet';

/** The number of bytes that are analysed: enough for a guess, and read in milliseconds. */
const LOOKED_AT = 65_536;

const LATIN = /^(?:windows-125[02478]|iso-8859-(?:1|2|3|4|9|10|13|14|15|16))$/;
/** The confidence of chardet, out of 100, below which its guess is worthless. */
const LEAST = 12;

const MULTI_BYTE = /^(?:shift_jis|euc-|big5|gb|iso-2022)/;

// The encodings that browsers assume for undeclared pages, by language. Languages that need letters of their own come
// first.
const LANGUAGES: readonly (readonly [languages: RegExp, encodings: readonly string[]])[] = [
  [/^(?:cs|sk|sl|hr|ro|sr)\b/i, ['windows-1250', 'iso-8859-2']],
  [/^(?:pl|hu)\b/i, ['iso-8859-2', 'windows-1250']],
  [/^(?:tr|az|ku)\b/i, ['windows-1254', 'iso-8859-9']],
  [/^(?:et|lt|lv)\b/i, ['windows-1257', 'iso-8859-13']],
  [/^(?:ru|be|bg|mk|kk|ky|tg)\b/i, ['windows-1251', 'koi8-r', 'iso-8859-5']],
  [/^uk\b/i, ['windows-1251', 'koi8-u', 'iso-8859-5']],
  [/^el\b/i, ['iso-8859-7', 'windows-1253']],
  [/^(?:he|iw)\b/i, ['windows-1255', 'iso-8859-8']],
  [/^(?:ar|fa|ur)\b/i, ['windows-1256', 'iso-8859-6']],
  [/^th\b/i, ['windows-874']],
  [/^vi\b/i, ['windows-1258']],
  [/^ja\b/i, ['shift_jis', 'euc-jp']],
  [/^ko\b/i, ['euc-kr']],
  [/^zh\b/i, ['gb18030', 'gbk', 'big5']],
  [/^[a-z]{2}\b/i, ['windows-1252']],
];

const standard = (name: string): string | undefined => {
  try {
    return new TextDecoder(name).encoding;
  } catch {
    return undefined;
  }
};

// Patterns that appear when a text is decoded with the wrong encoding: symbols or capitals in the middle of a word, and
// undefined bytes.
const IMPLAUSIBLE =
  /[\x80-\x9f]|\p{L}[“”„‚†‡ˆ‰‹›•±²³¹¶¼½¾¿¡£¥¦§¤¬¯]+\p{L}|\p{Ll}[\u0152\u0160\u0178\u017d\u00c0-\u00d6\u00d8-\u00de]\p{Ll}/u;

// The letters outside ASCII of the languages that windows-1252 was made for.
const WESTERN = [
  'àâäçèéêëîïôöùûüÿœæ',
  'äöüßé',
  'äöüßàâçèéêëîïôùûœ',
  'áéíñóúü',
  'áâãàçéêíóôõúü',
  'àèéìíîòóùú',
  'åäöéàü',
  'æøåéòóôà',
  'ëïéèöüáóíê',
  'àçèéíïòóúü',
  'áðéíóúýþæö',
  'áéíóú',
];

/** Whether the letters outside ASCII of a text all belong to one western language. */
const isWestern = (text: string): boolean => {
  const letters = [...new Set(text.toLowerCase().match(/[\u00aa-\u024f]/g) ?? [])].filter((letter) =>
    /\p{L}/u.test(letter),
  );
  return WESTERN.some((alphabet) => letters.every((letter) => alphabet.includes(letter)));
};

/**
 * The most likely encoding of a feed that is not UTF-8 and declares no encoding. Undefined if none is likely, or if two
 * are and would give different letters.
 *
 * Uses the feed's language, then whether its letters in windows-1252 all belong to one western language, then the
 * character frequencies (chardet) of the text between the tags.
 *
 * @param decode returns the text, or undefined if the bytes are invalid in the encoding
 */
export const guessLegacy = (
  bytes: Uint8Array,
  decode: (encoding: string) => string | undefined,
): string | undefined => {
  const latin1 = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, LOOKED_AT)).toString('latin1');
  // Tags are ASCII in every language, so they would distort the statistics of the text.
  const between = latin1.replace(/<[^<>]*>/g, ' ');
  const high = between.match(/[\x80-\xff]/g)?.length ?? 0;
  const ascii = between.match(/[a-z]/gi)?.length ?? 0;
  const share = high / Math.max(1, high + ascii);
  const plausible = (encoding: string): boolean => {
    const text = decode(encoding);
    return text !== undefined && !(LATIN.test(encoding) && IMPLAUSIBLE.test(text));
  };

  const language = /<language>\s*([a-z]{2})|xml:lang\s*=\s*["']([a-z]{2})/i.exec(latin1.slice(0, 8192));
  const spoken = language?.[1] ?? language?.[2];
  const expected = spoken === undefined ? [] : (LANGUAGES.find(([which]) => which.test(spoken))?.[1] ?? []);

  const likely = analyse(Buffer.from(between, 'latin1')).flatMap(({ name, confidence }) => {
    const encoding = standard(name);
    // Text in a Latin alphabet is mostly ASCII letters. Text in another alphabet or a multi-byte encoding is not.
    const fits =
      encoding !== undefined &&
      !encoding.startsWith('utf') &&
      (LATIN.test(encoding) ? share <= 0.4 : share >= (MULTI_BYTE.test(encoding) ? 0.3 : 0.2));
    return fits && encoding !== 'windows-1252' && plausible(encoding) ? [{ encoding, confidence }] : [];
  });
  const ofLanguage = likely.find(({ encoding }) => expected.includes(encoding))?.encoding;
  if (ofLanguage !== undefined) return ofLanguage;
  const western = share <= 0.4 && plausible('windows-1252') && isWestern(decode('windows-1252') ?? '');
  if (western) return 'windows-1252';
  const [best, second] = likely;
  return best !== undefined && best.confidence >= LEAST && (second?.confidence ?? 0) < best.confidence * 0.7
    ? best.encoding
    : undefined;
};
