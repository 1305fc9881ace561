import type { WordVector } from '../../../contracts/rows/WordVector.js';
import type { ByteWindow } from '../../bodies/bytes/ByteWindow.js';

/** The supported formats of word-vector files. */
export type VectorFormatName = 'glove' | 'word2vec-text' | 'word2vec-binary' | 'wink';

/** Reads word vectors of one format from the bytes of a window. */
export interface VectorFormat {
  readonly name: VectorFormatName;
  /**
   * Reads the next word and its vector, and moves the window's start after them.
   *
   * @param ended whether no more bytes will come
   * @returns 'more' if more bytes are needed, 'end' if there are no more words
   * @throws HeadwaterError `HW_VECTORS`
   */
  next(window: ByteWindow, ended: boolean): WordVector | 'more' | 'end';
}

/** The limit for one word with its vector, in bytes. It bounds the memory for an incomplete entry. */
export const LONGEST_ENTRY = 1 << 20;

/** The largest dimension of a vector. */
export const MOST_DIMS = 4096;
