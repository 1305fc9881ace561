import type { TokenizerOptions } from './TokenizerOptions.js';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { defer, map, reduce, type OperatorFunction } from 'rxjs';
import type { HeadwaterError } from '../contracts/HeadwaterError.js';
import { excerpt } from '../contracts/messages/excerpt.js';
import { countTokens, type LearntVocabulary, selectTokens, startCounting, tokenizerSettings } from './countTokens.js';
import { jsonIndices, jsonObject, jsonString } from './artifacts/artifactJson.js';
import { indexedNames, indicesByName } from './internal/indexedNames.js';
import { artifactError, parseArtifact, readArtifact } from './artifacts/readArtifact.js';
import { TokenTable } from './internal/TokenTable.js';
import { foldCase } from './unicode/foldCase.js';

/** The lesson's `tokenizer.json`, parsed. */
export interface TokenizerJson {
  readonly char_level: boolean;
  /** Whether texts are looked up in lower case; the lesson's file does not have this field. */
  readonly fold_case?: true;
  /** The name of the unknown token. */
  readonly oov_token: string;
  /** Each token's index, in an object without a prototype. */
  readonly token_to_index: Readonly<Record<string, number>>;
}

const tokenizerJson = t.intersection([
  t.type({ char_level: t.boolean, oov_token: t.string, token_to_index: indexedNames }),
  t.partial({ fold_case: t.boolean }),
]);

const WHAT = 'tokenizer';

/**
 * A vocabulary: converts preprocessed text to token indices and back. Immutable.
 *
 * Index 0 is the padding token, which represents no word. A word that is not in the vocabulary has the index of the
 * unknown token. The most frequent token comes first. Equally frequent tokens are in the order in which they were first
 * seen.
 *
 * @example
 * ```ts
 * import { from, lastValueFrom } from 'rxjs';
 * import { Tokenizer } from 'headwater';
 * const tokenizer = await lastValueFrom(from(['rain in april', 'rain again']).pipe(Tokenizer.fit({ numTokens: 4 })));
 * tokenizer.tokens; // ['<PAD>', '<UNK>', 'rain', 'in']
 * tokenizer.encode('rain again'); // Int32Array [2, 1]
 * tokenizer.decode([2, 1]); // 'rain <UNK>'
 * ```
 */
export class Tokenizer {
  /** Whether tokens are characters (code points) instead of words. */
  readonly charLevel: boolean;
  /** Whether texts are looked up in lower case. */
  readonly foldCase: boolean;
  /** All tokens in the order of their indices, including padding and unknown. */
  readonly tokens: readonly string[];
  /** The index of the padding token. */
  readonly padIndex = 0;
  /** The index of the unknown token; 1 in a vocabulary from `fit`. */
  readonly unknownIndex: number;
  /**
   * The number of occurrences of the rarest kept token in the texts of `fit` (the lesson's `min_token_freq`, which
   * helps to choose `numTokens`). Undefined in a tokenizer read from JSON, which does not record it.
   */
  readonly minTokenFrequency: number | undefined;
  /** The number of a token in this table is its index. */
  readonly #table: TokenTable;

  private constructor({ charLevel, foldCase: folds, tokens, unknownIndex, minTokenFrequency }: LearntVocabulary) {
    this.charLevel = charLevel;
    this.foldCase = folds;
    this.tokens = Object.freeze([...tokens]);
    this.unknownIndex = unknownIndex;
    this.minTokenFrequency = minTokenFrequency;
    this.#table = new TokenTable(charLevel);
    for (const token of this.tokens) this.#table.add(token);
  }

  /** The number of tokens, including padding and unknown. */
  get size(): number {
    return this.tokens.length;
  }

  /** The name of the padding token. */
  get padToken(): string {
    return this.tokens[this.padIndex] ?? '';
  }

  /** The name of the unknown token. */
  get unknownToken(): string {
    return this.tokens[this.unknownIndex] ?? '';
  }

  /** The index of a token by its name, or undefined where the vocabulary does not have it. */
  indexOf(token: string): number | undefined {
    const index = this.#table.numberOf(token);
    return index === -1 ? undefined : index;
  }

  /**
   * A tokenizer with the first tokens only: the most frequent ones, if it was learnt by `fit`.
   *
   * @param size the number of tokens, including padding and unknown
   */
  first(size: number): Tokenizer {
    return new Tokenizer({
      charLevel: this.charLevel,
      foldCase: this.foldCase,
      tokens: this.tokens.slice(0, size),
      unknownIndex: this.unknownIndex,
      minTokenFrequency: undefined,
    });
  }

  /**
   * The token indices of a text, one per token, int32.
   *
   * Edge cases follow the lesson. With words, an empty text has one token, the empty word (usually unknown); with
   * characters it has none. Unlike in the lesson, a word spelt like the padding token is unknown: padding never occurs
   * within a text.
   *
   * @param text a preprocessed text
   * @returns indices of shape [T], each between 1 and `size - 1`
   */
  encode(text: string): Int32Array {
    const ids = new Int32Array(this.#table.read(this.foldCase ? foldCase(text) : text, false));
    const { numbers } = this.#table;
    for (let i = 0; i < ids.length; i++) {
      const index = numbers[i]!;
      ids[i] = index > this.padIndex ? index : this.unknownIndex;
    }
    return ids;
  }

  /**
   * The text of token indices: `decode(encode(text))` equals `text` where all its tokens are known.
   *
   * @param ids token indices; padding becomes its name, and an index without a token becomes the unknown token
   */
  decode(ids: Iterable<number>): string {
    return Array.from(ids, (index) => this.tokens[index] ?? this.unknownToken).join(this.charLevel ? '' : ' ');
  }

  /**
   * The value of the lesson's `tokenizer.json`. Its keys may be in another order than their indices; `stringify` writes
   * the file in order.
   */
  toJSON(): TokenizerJson {
    return {
      char_level: this.charLevel,
      ...(this.foldCase ? { fold_case: true as const } : {}),
      oov_token: this.unknownToken,
      token_to_index: indicesByName(this.tokens),
    };
  }

  /**
   * The lesson's `tokenizer.json`, byte for byte: ASCII, indented by 4, tokens in the order of their indices. With
   * `foldCase`, the entry `fold_case` is added.
   */
  stringify(): string {
    return jsonObject([
      ['char_level', String(this.charLevel)],
      ...(this.foldCase ? ([['fold_case', 'true']] as const) : []),
      ['oov_token', jsonString(this.unknownToken)],
      ['token_to_index', jsonIndices(this.tokens)],
    ]);
  }

  /**
   * Learns a vocabulary from a stream of preprocessed texts: counts their tokens, and emits the tokenizer when the
   * stream completes.
   *
   * ```marbles
   * texts$:     --a--b--c--|
   *             Tokenizer.fit()
   * tokenizer$: -----------(t|)
   * ```
   *
   * It keeps no texts, but one entry of less than 100 bytes for every distinct token. It keeps at most `mostCounted`
   * tokens, or four times `numTokens` where that is more. Beyond this limit the rarest half is removed, so the counts
   * of rare tokens may then be too low.
   *
   * Errors: `HW_EMPTY` when there is no text, or no token as frequent as `minTokenFrequency`.
   *
   * @param options the kind of the tokens and the number to keep
   * @throws HeadwaterError `HW_USAGE` when an option is invalid
   */
  static fit(options: TokenizerOptions = {}): OperatorFunction<string, Tokenizer> {
    const settings = tokenizerSettings(options);
    return (texts$) =>
      defer(() =>
        texts$.pipe(
          reduce(countTokens, startCounting(settings)),
          map((counts) => new Tokenizer(selectTokens(counts))),
        ),
      );
  }

  /**
   * Makes a tokenizer from a parsed `tokenizer.json` of the lesson or of this library. The token with index 0 is its
   * padding token.
   *
   * @param value the parsed JSON
   * @param where the path or address of the file, for the error message
   * @returns Left `HW_ARTIFACT` where the structure is wrong, the indices are not 0 to n − 1, or the unknown token is
   * missing or is the padding token
   */
  static fromJSON(value: unknown, where?: string): E.Either<HeadwaterError, Tokenizer> {
    return pipe(
      readArtifact(tokenizerJson, WHAT, value, where),
      E.flatMap(({ char_level: charLevel, fold_case: folds = false, oov_token: unknown, token_to_index: tokens }) => {
        const unknownIndex = tokens.indexOf(unknown);
        return unknownIndex > 0
          ? E.right(new Tokenizer({ charLevel, foldCase: folds, tokens, unknownIndex, minTokenFrequency: undefined }))
          : E.left(
              artifactError(
                WHAT,
                `its oov_token ${JSON.stringify(excerpt(unknown))} must have an index in ` +
                  "token_to_index, and not 0, which is the padding token's",
                where,
              ),
            );
      }),
    );
  }

  /**
   * Makes a tokenizer from the text of a `tokenizer.json` of the lesson or of this library: `fromJSON` after
   * `JSON.parse`.
   *
   * @param text the file's text
   * @param where the path or address of the file, for the error message
   * @returns Left `HW_ARTIFACT` where it is not JSON, and where `fromJSON` returns it
   */
  static parse(text: string, where?: string): E.Either<HeadwaterError, Tokenizer> {
    return pipe(
      parseArtifact(text, WHAT, where),
      E.flatMap((value) => Tokenizer.fromJSON(value, where)),
    );
  }
}
