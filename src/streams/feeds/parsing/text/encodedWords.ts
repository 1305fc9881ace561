import { encodingLabel } from '../../../bodies/encoding/encodingLabel.js';

/** An encoded word (RFC 2047): charset, encoding and text. The space between two of them is not part of the text. */
const WORD = /=\?([\w.:-]{1,40})(?:\*[\w-]{1,40})?\?([QB])\?([^?\s]{0,1000})\?=(?:\s+(?==\?[\w.:-]{1,40}\?[QB]\?))?/gi;

const quoted = (text: string): Buffer =>
  Buffer.from(
    text
      .replaceAll('_', ' ')
      .replace(/=([\da-f]{2})/gi, (_all, digits: string) => String.fromCharCode(Number.parseInt(digits, 16))),
    'latin1',
  );

/** Decodes encoded words, which mailing lists leave in the titles of their feeds: `=?UTF-8?Q?Caf=C3=A9?=`. */
export const decodedWords = (text: string): string =>
  text.includes('=?')
    ? text.replace(WORD, (written: string, charset: string, encoding: string, packed: string) => {
        const known = encodingLabel(charset);
        if (known?.decoder !== 'standard') return written;
        const bytes = /^q$/i.test(encoding) ? quoted(packed) : Buffer.from(packed, 'base64');
        return new TextDecoder(known.name).decode(bytes);
      })
    : text;
