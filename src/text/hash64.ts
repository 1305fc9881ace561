/** The finalizer of MurmurHash3. Every input bit affects the whole word. */
export const spread = (word: number): number => {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
};

/**
 * A hash of a text in 64 bits, as two words. Each word is FNV-1a over the UTF-16 code units, with its own base and its
 * own prime, and then the finalizer of MurmurHash3.
 *
 * Its strength is 63 bits: one base is odd and the other even, so the lowest bits of the two words differ for every
 * text before the finalizer. Hashes are stored in files, so this function must not change.
 *
 * @param text the text to hash
 * @param into two words, which receive the upper and the lower half
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
