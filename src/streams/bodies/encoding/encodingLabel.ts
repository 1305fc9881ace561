import { encodingExists } from 'iconv-lite';

// Windows code page numbers of encodings whose names do not contain the number.
const CODE_PAGES: Readonly<Record<string, string>> = {
  '866': 'ibm866',
  '874': 'windows-874',
  '932': 'shift_jis',
  '936': 'gbk',
  '949': 'euc-kr',
  '950': 'big5',
  '20866': 'koi8-r',
  '21866': 'koi8-u',
  '20127': 'us-ascii',
  '51932': 'euc-jp',
  '54936': 'gb18030',
  '65001': 'utf-8',
};

// The parts of ISO 8859, by the number of the Latin alphabet: Latin-5 is part 9.
const LATIN: readonly string[] = ['1', '2', '3', '4', '9', '10', '13', '14', '15', '16'];

const standard = (label: string): string | undefined => {
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return undefined;
  }
};

/** Resolves labels that the Encoding Standard does not have: `cp-1251`, `win1251`, `latin-2`, `utf_8`. */
const relaxed = (label: string): string | undefined => {
  const plain = label.toLowerCase().replace(/[\s_:]+/g, '-');
  const page = /^(?:x-)?(?:cp|win|windows|ansi|ms|ms-ansi|microsoft-cp|ibm|csibm|csibm-?|codepage)-?(\d{3,5})$/.exec(
    plain,
  )?.[1];
  if (page !== undefined) {
    const known = /^125\d$/.test(page) ? `windows-${page}` : CODE_PAGES[page];
    if (known !== undefined) return known;
    if (/^2859\d$|^2860[0-6]$/.test(page)) return standard(`iso-8859-${Number(page) - 28_590}`);
  }
  const part = /^(?:iso-?)?8859-?(\d{1,2})(?:-e|-i)?$/.exec(plain)?.[1];
  if (part !== undefined) return standard(`iso-8859-${part}`);
  const latin = /^(?:iso-)?latin-?(\d{1,2})$/.exec(plain)?.[1];
  if (latin !== undefined) return standard(`iso-8859-${LATIN[Number(latin) - 1] ?? ''}`);
  if (/^utf-?8\b|^utf8mb/.test(plain)) return 'utf-8';
  return standard(plain) ?? standard(plain.replaceAll('-', '')) ?? standard(plain.replaceAll('-', '_'));
};

/** An encoding and the decoder that supports it. */
export interface KnownEncoding {
  /** The name in the Encoding Standard, or else in iconv-lite. */
  readonly name: string;
  readonly decoder: 'standard' | 'iconv-lite';
}

/**
 * The encoding for a label; undefined for an unknown label.
 *
 * The Encoding Standard is tried first, then the patterns of similar labels. The remaining encodings (DOS code pages,
 * old Mac encodings, UTF-32) are left to iconv-lite.
 */
export const encodingLabel = (written: string): KnownEncoding | undefined => {
  const label = written.trim();
  const name = standard(label) ?? relaxed(label);
  if (name !== undefined) return { name, decoder: 'standard' };
  // Codecs of iconv-lite that are not text encodings.
  return !/^(?:base64|hex|binary|internal)/i.test(label) && encodingExists(label)
    ? { name: label.toLowerCase(), decoder: 'iconv-lite' }
    : undefined;
};
