import { checkArgument } from '../contracts/checkArgument.js';
import { isLeft } from 'fp-ts/lib/Either.js';
import { checkOptions, checkWhole } from '../contracts/checkOption.js';
import type { LearningVocabulary, NewToken } from '../contracts/live/Learning.js';
import { indicesByName } from './internal/indexedNames.js';
import { foldCase } from './unicode/foldCase.js';
import { Tokenizer } from './Tokenizer.js';

/** The options of a growing vocabulary. */
export interface GrowingVocabularyOptions {
  /**
   * The number of spare indices for words that the tokenizer does not know; at least 1. The model must have this number
   * of additional embeddings. Default 2,000.
   */
  readonly spare?: number | undefined;
  /** The number of texts in which a word must have occurred before it gets an index; at least 1. Default 2. */
  readonly minTexts?: number | undefined;
  /**
   * The largest number of words without an index that are counted, at least 1. The least recently seen ones are
   * removed. Default: ten times `spare`.
   */
  readonly candidates?: number | undefined;
}

/** Moves a key to the end of a map, so that the map is in the order of last use. */
const touch = <Value>(map: Map<string, Value>, key: string, value: Value): void => {
  map.delete(key);
  map.set(key, value);
};

const oldest = (map: ReadonlyMap<string, unknown>): string | undefined => map.keys().next().value;

/**
 * A tokenizer with words that it did not know and that were learnt later.
 *
 * A word that has occurred in `minTexts` texts gets one of the `spare` indices after the tokenizer's own. When all are
 * in use, the least recently seen word loses its index. Only `learn` changes the vocabulary.
 */
export class GrowingVocabulary implements LearningVocabulary {
  readonly padIndex: number;
  readonly unknownIndex: number;
  readonly #base: Tokenizer;
  readonly #spare: number;
  readonly #minTexts: number;
  readonly #candidates: number;
  /** The words with a spare index; the least recently seen word comes first. */
  readonly #given = new Map<string, number>();
  /** The number of texts in which other words occurred; the least recently seen word comes first. */
  readonly #counts = new Map<string, number>();

  constructor(base: Tokenizer, spare: number, minTexts: number, candidates: number) {
    this.padIndex = base.padIndex;
    this.unknownIndex = base.unknownIndex;
    this.#base = base;
    this.#spare = spare;
    this.#minTexts = minTexts;
    this.#candidates = candidates;
  }

  /** The number of indices, including unused ones: the model's `vocabularySize`. */
  get size(): number {
    return this.#base.size + this.#spare;
  }

  /** Whether tokens are characters instead of words. */
  get charLevel(): boolean {
    return this.#base.charLevel;
  }

  /** The words with a spare index, and their indices. */
  get given(): ReadonlyMap<string, number> {
    return this.#given;
  }

  /** The token indices of a text, as `Tokenizer.encode`, with the indices of the words learnt later. */
  encode(text: string): Int32Array {
    const ids = this.#base.encode(text);
    if (this.#given.size === 0 || !ids.includes(this.unknownIndex)) return ids;
    const words = this.#words(text);
    return ids.map((id, i) => (id === this.unknownIndex ? (this.#given.get(words[i]!) ?? id) : id));
  }

  /**
   * Counts the words of a text that the tokenizer does not know. A word that has occurred in enough texts gets an
   * index.
   *
   * @param text a preprocessed text
   * @returns the words that have an index from now on; renew their tokens in the model before the model learns from
   * them
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
   * A plain tokenizer with the words learnt so far. Save it with the model, whose embeddings `resizeVocabulary` cuts to
   * the same number.
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

  /** The text's tokens, split like the tokenizer does. */
  #words(text: string): readonly string[] {
    const read = this.#base.foldCase ? foldCase(text) : text;
    return this.#base.charLevel ? Array.from(read) : read.split(' ');
  }

  /** Whether a word can be learnt: not the empty word, nor a word spelt like the padding or the unknown token. */
  #isWord(word: string): boolean {
    return word !== '' && word !== this.#base.padToken && word !== this.#base.unknownToken;
  }

  #give(word: string): NewToken {
    if (this.#given.size < this.#spare) {
      // Indices have no gaps: the words with an index use the first of the spare indices.
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
 * Makes a vocabulary that adds words that did not occur in training, for learning with `prequential`.
 *
 * Its first indices are the tokenizer's. The spare indices follow, and are given to words that have occurred in
 * `minTexts` texts passed to `learn`. The model needs an embedding for each index: `resizeVocabulary` adds them. A new
 * word starts with the embedding of the unknown token, so predictions do not change before the word is learnt. When all
 * spare indices are in use, the least recently seen word loses its index.
 *
 * Memory: `spare` words with an index and `candidates` counted words.
 *
 * @param tokenizer the vocabulary of the training
 * @param options the number of new words and the conditions for them
 * @throws HeadwaterError `HW_USAGE` when an option is invalid
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
export const growingVocabulary = (tokenizer: Tokenizer, options: GrowingVocabularyOptions = {}): GrowingVocabulary => {
  checkOptions('growingVocabulary', options, 'tokenizer, { spare: 500 }');
  const { spare = 2000, minTexts = 2, candidates = 10 * spare } = options;
  checkArgument('growingVocabulary', 'tokenizer', tokenizer, 'a tokenizer', ['tokens']);

  checkWhole('growingVocabulary', 'spare', spare, 1);
  checkWhole('growingVocabulary', 'minTexts', minTexts, 1);
  checkWhole('growingVocabulary', 'candidates', candidates, 1);
  return new GrowingVocabulary(tokenizer, spare, minTexts, candidates);
};
