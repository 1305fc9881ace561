import { excerpt } from '../../internal/excerpt.js';
import type { ByteWindow } from '../../bodies/bytes/ByteWindow.js';
import { AGAIN, formatError } from './formatError.js';
import { NumberParser } from './NumberParser.js';
import { LONGEST_ENTRY, MOST_DIMS, type VectorFormat } from './VectorFormat.js';

const LF = 10;
const CR = 13;
const SPACE = 32;
const TAB = 9;

const isBlank = (byte: number | undefined): boolean => byte === SPACE || byte === TAB || byte === CR;

/** The first line of word2vec and fastText files: the number of words and the dimension. */
export interface VectorHeader {
  readonly words: number;
  readonly dims: number;
}

/** The end of the line that begins at the byte `from`; -1 if it has not arrived yet. */
const lineEnd = (window: ByteWindow, from: number, ended: boolean, source: string, line: number): number => {
  const { bytes, filled } = window;
  const found = bytes.indexOf(LF, from);
  if (found !== -1 && found < filled) return found;
  if (filled - from > LONGEST_ENTRY)
    throw formatError(`${source}:${line}`, `is longer than ${LONGEST_ENTRY} bytes`, 'It is no file of word vectors.');
  return ended && from < filled ? filled : -1;
};

const trimmed = (bytes: Buffer, from: number, to: number): number => {
  let end = to;
  while (end > from && isBlank(bytes[end - 1])) end--;
  return end;
};

/** The first line as a header; undefined if it is not a header. */
export const readHeader = (bytes: Buffer, from: number, to: number): VectorHeader | undefined => {
  const found = /^(\d{1,10})[ \t](\d{1,10})$/.exec(
    bytes.toString('latin1', from, Math.min(trimmed(bytes, from, to), from + 32)),
  );
  return found === null ? undefined : { words: Number(found[1]), dims: Number(found[2]) };
};

/**
 * Text with one word and its numbers per line: GloVe without a header, word2vec and fastText `.vec` with one. A word
 * may contain spaces, as a few words of GloVe do: the last `dims` fields of the line are the numbers.
 *
 * @param header the first line, which has already been read; undefined if there is no header
 */
export const textFormat = (source: string, header: VectorHeader | undefined): VectorFormat => {
  const parser = new NumberParser();
  let line = header === undefined ? 0 : 1;
  let dims = header?.dims;
  let words = 0;

  const bad = (why: string): Error => formatError(`${source}:${line}`, why, AGAIN);

  /** Where the last `count` fields of a line begin; -1 if the line has fewer. */
  const lastFields = (bytes: Buffer, from: number, to: number, count: number): number => {
    let at = to;
    for (let field = 0; field < count; field++) {
      while (at > from && isBlank(bytes[at - 1])) at--;
      if (at === from) return -1;
      while (at > from && !isBlank(bytes[at - 1])) at--;
    }
    return at;
  };

  const countFields = (bytes: Buffer, from: number, to: number): number => {
    let fields = 0;
    for (let at = from; at < to; at++) if (!isBlank(bytes[at]) && (at === from || isBlank(bytes[at - 1]))) fields++;
    return fields;
  };

  return {
    name: header === undefined ? 'glove' : 'word2vec-text',
    next: (window, ended) => {
      const { bytes, start } = window;
      const end = lineEnd(window, start, ended, source, line + 1);
      if (end === -1) {
        if (!ended) return 'more';
        if (header !== undefined && words < header.words)
          throw formatError(source, `is cut short: it announces ${header.words} words, and has ${words}`, AGAIN);
        return 'end';
      }
      line++;
      window.start = Math.min(end + 1, window.filled);
      const to = trimmed(bytes, start, end);
      if (to === start) throw bad('is empty, where a word and its numbers should stand');
      dims ??= countFields(bytes, start, to) - 1;
      if (dims < 1 || dims > MOST_DIMS)
        throw bad(
          `has ${dims} numbers after its first word, where vectors have 1 to ` +
            `${MOST_DIMS}: ${JSON.stringify(excerpt(bytes, start, to))}`,
        );
      let at = lastFields(bytes, start, to, dims);
      const wordEnd = at === -1 ? start : trimmed(bytes, start, at);
      if (at === -1 || wordEnd === start)
        throw bad(
          `has ${countFields(bytes, start, to)} fields, where a word and ${dims} ` +
            `numbers should stand: ${JSON.stringify(excerpt(bytes, start, to))}`,
        );
      const values = new Float32Array(dims);
      for (let index = 0; index < dims; index++) {
        while (isBlank(bytes[at])) at++;
        const value = parser.parse(bytes, at, to);
        if (Number.isNaN(value) || (parser.end < to && !isBlank(bytes[parser.end])))
          throw bad(
            `has no number in field ${index + 2}: ${JSON.stringify(excerpt(bytes, at, Math.min(to, at + 40)))}`,
          );
        values[index] = value;
        at = parser.end;
      }
      words++;
      return { word: bytes.toString('utf8', start, wordEnd), values };
    },
  };
};
