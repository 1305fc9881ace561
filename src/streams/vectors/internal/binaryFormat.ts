import { AGAIN, formatError } from './formatError.js';
import type { VectorHeader } from './textFormat.js';
import { LONGEST_ENTRY, type VectorFormat } from './VectorFormat.js';

const LF = 10;
const SPACE = 32;

/**
 * word2vec's binary format: each word, a space, and its numbers as float32, little-endian. A line break may precede a
 * word.
 *
 * @param header the first line, which has already been read
 */
export const binaryFormat = (source: string, header: VectorHeader): VectorFormat => {
  const size = 4 * header.dims;
  let words = 0;
  return {
    name: 'word2vec-binary',
    next: (window, ended) => {
      if (words === header.words) return 'end';
      const { bytes, filled } = window;
      while (window.start < filled && bytes[window.start] === LF) window.start++;
      const { start } = window;
      const space = bytes.indexOf(SPACE, start);
      const complete = space !== -1 && space + 1 + size <= filled;
      if (!complete) {
        const where = `${source} at byte ${window.offsetOf(start)}`;
        if (ended)
          throw formatError(where, `ends in word ${words + 1} of the ${header.words} that it announces`, AGAIN);
        if (filled - start > LONGEST_ENTRY + size)
          throw formatError(where, `has a word of more than ${LONGEST_ENTRY} bytes`, AGAIN);
        return 'more';
      }
      const values = new Float32Array(header.dims);
      new Uint8Array(values.buffer).set(bytes.subarray(space + 1, space + 1 + size));
      window.start = space + 1 + size;
      words++;
      return { word: bytes.toString('utf8', start, space), values };
    },
  };
};
