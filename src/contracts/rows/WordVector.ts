/** A word and its vector, as a file of word vectors lists them. */
export interface WordVector {
  readonly word: string;
  /** Shape [E], float32. */
  readonly values: Float32Array;
}
