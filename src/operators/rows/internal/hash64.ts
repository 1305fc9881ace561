/** The finalizer of MurmurHash3: spreads every bit over the word. */
export const spread = (word: number): number => {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
};

/**
 * A hash of a text in 64 bits, as two words: FNV-1a over its UTF-16 code units, from two bases and with two primes, and
 * the finalizer of MurmurHash3.
 *
 * It is worth 63: one base is odd and the other even, so that the lowest bits of the two words differ in every text
 * before they are spread. Hashes are written down, so it stays as it is.
 *
 * @param text what is hashed
 * @param into two words, which take the upper and the lower half
 */
export const hash64 = (text: string, into: Uint32Array): void => {
  let a = 0x811c9dc5;
  let b = 0x9747b28c;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x5bd1e995);
  }
  into[0] = spread(a);
  into[1] = spread(b);
};
