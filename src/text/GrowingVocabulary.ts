import { checkArgument } from '../contracts/checkArgument.js';
import { isLeft } from 'fp-ts/lib/Either.js';
import { checkWhole } from '../contracts/checkOption.js';
import type { LearningVocabulary, NewToken } from '../contracts/live/Learning.js';
import { indicesByName } from './internal/indexedNames.js';
import { foldCase } from './unicode/foldCase.js';
import { Tokenizer } from './Tokenizer.js';

/** How many words a vocabulary can take in, and which. */
export interface GrowingVocabularyOptions {
  /**
   * How many words may have an index beside those of the tokenizer; at least 1. The model must have as many embeddings
   * more. Default 2,000.
   */
  readonly spare?: number | undefined;
  /** In how many texts a word must have been seen before it is given an index; at least 1. Default 2. */
  readonly minTexts?: number | undefined;
  /**
   * How many words without an index are counted at a time, at least 1: those that were not seen for longest are
   * forgotten. Default: ten times `spare`.
   */
  readonly candidates?: number | undefined;
}

/** Puts a key last in a map: its order is that of last use. */
const touch = <Value>(map: Map<string, Value>, key: string, value: Value): void => {
  map.delete(key);
  map.set(key, value);
};

const oldest = (map: ReadonlyMap<string, unknown>): string | undefined => map.keys().next().value;

/**
 * A tokenizer and words that it did not know, which were learnt since.
 *
 * A word that has been seen in `minTexts` texts is given one of the `spare` indices after the tokenizer's own. Once all
 * are given, the word that was not seen for longest gives its index up. It changes by `learn` alone.
 */
export class GrowingVocabulary implements LearningVocabulary {
  readonly padIndex: number;
  readonly unknownIndex: number;
  readonly #base: Tokenizer;
  readonly #spare: number;
  readonly #minTexts: number;
  readonly #candidates: number;
  /** The words that were given an index; that not seen for longest is the first. */
  readonly #given = new Map<string, number>();
  /** In how many texts other words were seen; that not seen for longest is the first. */
  readonly #counts = new Map<string, number>();

  constructor(base: Tokenizer, spare: number, minTexts: number, candidates: number) {
    this.padIndex = base.padIndex;
    this.unknownIndex = base.unknownIndex;
    this.#base = base;
    this.#spare = spare;
    this.#minTexts = minTexts;
    this.#candidates = candidates;
  }

  /** The number of indices, those not given yet included: the model's `vocabularySize`. */
  get size(): number {
    return this.#base.size + this.#spare;
  }

  /** Whether tokens are characters instead of words. */
  get charLevel(): boolean {
    return this.#base.charLevel;
  }

  /** The words that were given an index, and their indices. */
  get given(): ReadonlyMap<string, number> {
    return this.#given;
  }

  /** The token indices of a text, as `Tokenizer.encode`; words learnt since have theirs. */
  encode(text: string): Int32Array {
    const ids = this.#base.encode(text);
    if (this.#given.size === 0 || !ids.includes(this.unknownIndex)) return ids;
    const words = this.#words(text);
    return ids.map((id, i) => (id === this.unknownIndex ? (this.#given.get(words[i]!) ?? id) : id));
  }

  /**
   * Counts the words of a text that the tokenizer does not know, and gives an index to those that have been seen often
   * enough.
   *
   * @param text a preprocessed text
   * @returns the words that have an index from now on; renew their tokens in the model before it learns from them
   */
  learn(text: string): readonly NewToken[] {
    const ids = this.#base.encode(text);
    if (!ids.includes(this.unknownIndex)) return [];
    const words = this.#words(text).filter((word, i) => ids[i] === this.unknownIndex && this.#isWord(word));
    const added: NewToken[] = [];
    for (const word of new Set(words)) {
      const index = this.#given.get(word);
      if (index !== undefined) {
        touch(this.#given, word, index);
        continue;
      }
      const count = (this.#counts.get(word) ?? 0) + 1;
      if (count >= this.#minTexts) {
        this.#counts.delete(word);
        added.push(this.#give(word));
        continue;
      }
      touch(this.#counts, word, count);
      if (this.#counts.size > this.#candidates) this.#counts.delete(oldest(this.#counts)!);
    }
    return added;
  }

  /**
   * A plain tokenizer with the words learnt so far: what to save beside the model, cut to as many embeddings by
   * `resizeVocabulary`.
   */
  toTokenizer(): Tokenizer {
    const learnt = [...this.#given].sort(([, a], [, b]) => a - b).map(([word]) => word);
    const { charLevel, foldCase: folds, unknownToken, tokens } = this.#base;
    const made = Tokenizer.fromJSON({
      char_level: charLevel,
      fold_case: folds,
      oov_token: unknownToken,
      token_to_index: indicesByName([...tokens, ...learnt]),
    });
    if (isLeft(made)) throw made.left;
    return made.right;
  }

  /** The text's tokens, as the tokenizer cuts them. */
  #words(text: string): readonly string[] {
    const read = this.#base.foldCase ? foldCase(text) : text;
    return this.#base.charLevel ? Array.from(read) : read.split(' ');
  }

  /** The empty word, and words spelt like the padding or the unknown token, are no words to be learnt. */
  #isWord(word: string): boolean {
    return word !== '' && word !== this.#base.padToken && word !== this.#base.unknownToken;
  }

  #give(word: string): NewToken {
    if (this.#given.size < this.#spare) {
      // Without gaps: the words given take the first of the spare indices.
      const index = this.#base.size + this.#given.size;
      this.#given.set(word, index);
      return { token: word, index, insteadOf: undefined };
    }
    const insteadOf = oldest(this.#given)!;
    const index = this.#given.get(insteadOf)!;
    this.#given.delete(insteadOf);
    this.#given.set(word, index);
    return { token: word, index, insteadOf };
  }
}

/**
 * Makes a vocabulary that takes in words never seen in training, for `prequential` to learn.
 *
 * Its first indices are the tokenizer's; the spare ones come after them, and are given to words when they have been
 * seen in `minTexts` texts that were learnt from. The model needs an embedding for each: `resizeVocabulary` adds them.
 * A new word starts from the embedding of the unknown token, so that nothing predicted changes before it is learnt.
 * When all spare indices are given, the word that was not seen for longest gives its own up.
 *
 * Holds `spare` words with an index and `candidates` words that are counted.
 *
 * @param tokenizer the vocabulary of the training
 * @param options how many words it can take in, and which
 * @throws HeadwaterError `HW_USAGE` when an option cannot work
 *
 * @example
 * ```ts
 * import { from, lastValueFrom } from 'rxjs';
 * import { growingVocabulary, Tokenizer } from 'headwater';
 * const tokenizer = await lastValueFrom(from(['rain in april']).pipe(Tokenizer.fit())); // 5 tokens
 * const vocabulary = growingVocabulary(tokenizer, { spare: 100, minTexts: 2 });
 * vocabulary.learn('hail in april');
 * vocabulary.encode('hail'); // Int32Array [1]: unknown
 * vocabulary.learn('hail again'); // [{ token: 'hail', index: 5, insteadOf: undefined }]
 * vocabulary.encode('hail'); // Int32Array [5]
 * vocabulary.size; // 105
 * ```
 */
export const growingVocabulary = (
  tokenizer: Tokenizer,
  { spare = 2000, minTexts = 2, candidates = 10 * spare }: GrowingVocabularyOptions = {},
): GrowingVocabulary => {
  checkArgument('growingVocabulary', 'tokenizer', tokenizer, 'a tokenizer', ['tokens']);

  checkWhole('growingVocabulary', 'spare', spare, 1);
  checkWhole('growingVocabulary', 'minTexts', minTexts, 1);
  checkWhole('growingVocabulary', 'candidates', candidates, 1);
  return new GrowingVocabulary(tokenizer, spare, minTexts, candidates);
};
