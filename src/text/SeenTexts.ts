import { defer, map, type OperatorFunction, reduce } from 'rxjs';
import { checkArgument } from '../contracts/checkArgument.js';
import { hash64 } from './hash64.js';
import { normalForm } from './unicode/normalForm.js';

const words = new Uint32Array(2);

/**
 * The hash of a text in 32 bits. Texts that differ only in case, in white space, or in the Unicode form of a character
 * have the same hash. Hashes are stored in files, so this function must not change.
 */
export const hashOfText = (text: string): number => {
  hash64(normalForm(text, 'NFC').toLowerCase().trim().replaceAll(/\s+/g, ' '), words);
  return words[0]!;
};

/** Whether each value is larger than the one before it. */
export const isAscending = (hashes: Uint32Array): boolean =>
  hashes.every((hash, i) => i === 0 || hash > hashes[i - 1]!);

/** The distinct values in ascending order. The array is sorted in place, unless it is in this order already. */
const distinct = (hashes: Uint32Array): Uint32Array => {
  // A file has them in this order, and it may have millions of them.
  if (isAscending(hashes)) return hashes;
  hashes.sort();
  let count = 0;
  for (let i = 0; i < hashes.length; i++) if (i === 0 || hashes[i] !== hashes[i - 1]) hashes[count++] = hashes[i]!;
  return hashes.slice(0, count);
};

/**
 * The texts that a training used, so that rows can be left out of a measurement if the model has already seen them.
 * Immutable.
 *
 * It holds a hash of each text, and not the text itself: 4 bytes. So it can take another text for a seen one. Among n
 * seen texts, the probability of this is n / 2³² for each other text: 0.02 % with a million. With the hashes one can
 * test whether a text was seen, but one cannot read the texts.
 *
 * @example
 * ```ts
 * import { from, lastValueFrom } from 'rxjs';
 * import { SeenTexts } from 'headwater';
 * const seen = await lastValueFrom(from(['Coach resigns', 'Rain in April']).pipe(SeenTexts.fit()));
 * seen.has('coach  resigns'); // true: case and white space make no difference
 * seen.has('Coach returns'); // false
 * ```
 */
export class SeenTexts {
  /** The hashes in ascending order, each once, shape [N]. */
  readonly hashes: Uint32Array;

  private constructor(hashes: Uint32Array) {
    this.hashes = hashes;
  }

  /** The texts with these hashes, which may be in any order and repeated. The given array does not change. */
  static fromHashes(hashes: Uint32Array): SeenTexts {
    checkArgument('SeenTexts.fromHashes', 'hashes', hashes, 'a Uint32Array', ['buffer']);
    return new SeenTexts(distinct(hashes.slice()));
  }

  /**
   * Collects all texts of a stream, and emits them when it completes. Holds 8 bytes for each text.
   *
   * ```marbles
   * texts$: -a-b-a-|
   *         SeenTexts.fit()
   * seen$:  -------(s|)      s: the texts a and b
   * ```
   */
  static fit(): OperatorFunction<string, SeenTexts> {
    return (text$) =>
      defer(() =>
        text$.pipe(
          reduce<string, number[]>((hashes, text) => {
            hashes.push(hashOfText(text));
            return hashes;
          }, []),
          map((hashes) => SeenTexts.fromHashes(Uint32Array.from(hashes))),
        ),
      );
  }

  /** The number of different texts. */
  get size(): number {
    return this.hashes.length;
  }

  /** Whether a text is among them. */
  has(text: string): boolean {
    const hash = hashOfText(text);
    let [low, high] = [0, this.hashes.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.hashes[middle]! < hash) low = middle + 1;
      else high = middle;
    }
    return this.hashes[low] === hash;
  }

  /** These texts and those of another set. */
  union(other: SeenTexts): SeenTexts {
    const both = new Uint32Array(this.size + other.size);
    both.set(this.hashes);
    both.set(other.hashes, this.size);
    return new SeenTexts(distinct(both));
  }
}
