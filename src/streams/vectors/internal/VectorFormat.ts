import type { WordVector } from '../../../contracts/rows/WordVector.js';
import type { ByteWindow } from '../../bodies/bytes/ByteWindow.js';

/** The formats of word vectors that others write. */
export type VectorFormatName = 'glove' | 'word2vec-text' | 'word2vec-binary' | 'wink';

/** Reads one format of word vectors from the bytes of a window. */
export interface VectorFormat {
  readonly name: VectorFormatName;
  /**
   * Reads the next word, and moves the window's start behind it.
   *
   * @param ended whether no more bytes will come
   * @returns 'more' where more bytes are needed, 'end' where there are no more words
   * @throws HeadwaterError `HW_VECTORS`
   */
  next(window: ByteWindow, ended: boolean): WordVector | 'more' | 'end';
}

/** The longest word with its vector, in bytes: what is held while its end has not come. */
export const LONGEST_ENTRY = 1 << 20;

/** The most numbers of a vector. */
export const MOST_DIMS = 4096;
