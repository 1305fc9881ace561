import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { defer, map, reduce, type OperatorFunction } from 'rxjs';
import { checkTypes, isNumber, optionText } from '../contracts/checkOption.js';
import { HeadwaterError } from '../contracts/HeadwaterError.js';
import { jsonIndices, jsonObject, jsonString } from './artifacts/artifactJson.js';
import { indexedNames, indicesByName } from './internal/indexedNames.js';
import { artifactError, parseArtifact, readArtifact } from './artifacts/readArtifact.js';
import { TokenTable } from './internal/TokenTable.js';
import { foldCase } from './unicode/foldCase.js';

/** The options of a vocabulary. */
export interface TokenizerOptions {
  /** Whether tokens are characters (code points) instead of words. Default: false. */
  readonly charLevel?: boolean | undefined;
  /** Whether texts are looked up in lower case, as folded by `foldCase`. Default: false. */
  readonly foldCase?: boolean | undefined;
  /**
   * The largest number of tokens in the vocabulary, including the padding and the unknown token; at least 3. Default:
   * no limit.
   */
  readonly numTokens?: number | undefined;
  /** The smallest number of occurrences with which a token is kept; at least 1. Default: 1. */
  readonly minTokenFrequency?: number | undefined;
  /** The name of the padding token, which has index 0. Default: `<PAD>`. */
  readonly padToken?: string | undefined;
  /** The name of the unknown token, which has index 1. Default: `<UNK>`. */
  readonly unknownToken?: string | undefined;
  /**
   * The largest number of distinct tokens that are counted at a time, at least 2; four times `numTokens` where that is
   * more. Default 250,000.
   */
  readonly mostCounted?: number | undefined;
}

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

interface Vocabulary {
  readonly charLevel: boolean;
  readonly foldCase: boolean;
  /** In the order of their indices; the first is the padding token. */
  readonly tokens: readonly string[];
  readonly unknownIndex: number;
  readonly minTokenFrequency: number | undefined;
}

type Settings = { readonly [Option in keyof TokenizerOptions]-?: NonNullable<TokenizerOptions[Option]> };

/** The default number of tokens that are counted; four times the number to keep where that is more. */
const MOST_COUNTED = 250_000;

const settle = (options: TokenizerOptions): Settings => {
  checkTypes('Tokenizer', options, {
    charLevel: 'boolean',
    foldCase: 'boolean',
    padToken: 'string',
    unknownToken: 'string',
  });
  const settings = {
    charLevel: options.charLevel ?? false,
    foldCase: options.foldCase ?? false,
    numTokens: options.numTokens ?? Infinity,
    minTokenFrequency: options.minTokenFrequency ?? 1,
    padToken: options.padToken ?? '<PAD>',
    unknownToken: options.unknownToken ?? '<UNK>',
    mostCounted: options.mostCounted ?? MOST_COUNTED,
  };
  const whole = (value: number) => Number.isInteger(value) || value === Infinity;
  if (!whole(settings.numTokens) || settings.numTokens < 3) {
    throw new HeadwaterError(
      'HW_USAGE',
      `numTokens is ${optionText(settings.numTokens)}: give a whole number of at ` +
        'least 3, since padding and unknown take two of them.',
    );
  }
  if (!Number.isInteger(settings.minTokenFrequency) || settings.minTokenFrequency < 1) {
    throw new HeadwaterError(
      'HW_USAGE',
      `minTokenFrequency is ${optionText(settings.minTokenFrequency)}: give a whole number of at least 1.`,
    );
  }
  if (!(isNumber(settings.mostCounted) && settings.mostCounted >= 2))
    throw new HeadwaterError(
      'HW_USAGE',
      `mostCounted is ${optionText(settings.mostCounted)}: give a number of at least 2.`,
    );
  if (settings.padToken === settings.unknownToken) {
    throw new HeadwaterError(
      'HW_USAGE',
      `padToken and unknownToken are both ${JSON.stringify(settings.padToken)}: give them different names.`,
    );
  }
  return settings;
};

/** The number of occurrences of each token, by its number. */
interface TokenCounts {
  readonly settings: Settings;
  /** The largest number of tokens that are counted at a time. */
  readonly most: number;
  readonly table: TokenTable;
  readonly counts: number[];
}

const counting = (settings: Settings): TokenCounts => ({
  settings,
  most: Math.max(settings.mostCounted, 4 * settings.numTokens),
  table: new TokenTable(settings.charLevel),
  counts: [],
});

/**
 * Removes the rarest tokens, so that at most half of the largest number stays. Among equally rare tokens, those with
 * the latest first occurrence are removed.
 *
 * This is lossy counting (Manku and Motwani, "Approximate frequency counts over data streams", VLDB 2002): a removed
 * token that occurs again is counted from zero. A frequent token has a higher count than the removed ones.
 */
const forgetRare = ({ settings, most, table, counts }: TokenCounts): TokenCounts => {
  const byFrequency = new Map<number, number>();
  for (const frequency of counts) byFrequency.set(frequency, (byFrequency.get(frequency) ?? 0) + 1);
  let room = Math.floor(most / 2);
  let rarest = 0;
  for (const [frequency, tokens] of [...byFrequency].sort(([a], [b]) => b - a)) {
    rarest = frequency;
    if (tokens > room) break;
    room -= tokens;
  }
  const kept = new TokenTable(settings.charLevel);
  const keptCounts: number[] = [];
  for (let number = 0; number < counts.length; number++) {
    if (counts[number]! < rarest || (counts[number] === rarest && room-- <= 0)) continue;
    kept.add(table.token(number));
    keptCounts.push(counts[number]!);
  }
  return { settings, most, table: kept, counts: keptCounts };
};

const count = (soFar: TokenCounts, text: string): TokenCounts => {
  const { settings, most, table, counts } = soFar;
  const length = table.read(settings.foldCase ? foldCase(text) : text, true);
  for (let i = 0; i < length; i++) {
    const number = table.numbers[i]!;
    if (number === counts.length) counts.push(0);
    counts[number]!++;
  }
  return table.size > most ? forgetRare(soFar) : soFar;
};

/** The most frequent tokens, up to the limit; among equally frequent tokens, the ones seen first. */
const select = ({ table, counts, settings }: TokenCounts): Vocabulary => {
  const { charLevel, numTokens, minTokenFrequency, padToken, unknownToken } = settings;
  // A word spelt like one of the two is not a separate token, because it would take over that token's index.
  const reserved = [table.numberOf(padToken), table.numberOf(unknownToken)];
  // There are few distinct frequencies, so sorting these is faster than sorting the tokens. Tokens of one frequency
  // stay in the order in which they were first seen.
  const byFrequency = new Map<number, number[]>();
  let words = 0;
  for (let number = 0; number < counts.length; number++) {
    if (reserved.includes(number)) continue;
    words++;
    const frequency = counts[number]!;
    const equals = byFrequency.get(frequency);
    if (equals !== undefined) equals.push(number);
    else if (frequency >= minTokenFrequency) byFrequency.set(frequency, [number]);
  }
  const kept = [...byFrequency]
    .sort(([a], [b]) => b - a)
    .flatMap(([, numbers]) => numbers)
    .slice(0, numTokens - 2);
  const last = kept.at(-1);
  if (last === undefined) {
    const why =
      words === 0
        ? 'There are no texts to learn a vocabulary from: check that the ' +
          'source has rows, and that the train side has some.'
        : `None of ${words} tokens occurs ${minTokenFrequency} times: lower minTokenFrequency.`;
    throw new HeadwaterError('HW_EMPTY', why);
  }
  return {
    charLevel,
    foldCase: settings.foldCase,
    tokens: [padToken, unknownToken, ...kept.map((number) => table.token(number))],
    unknownIndex: 1,
    minTokenFrequency: counts[last],
  };
};

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

  private constructor({ charLevel, foldCase: folds, tokens, unknownIndex, minTokenFrequency }: Vocabulary) {
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
    const settings = settle(options);
    return (texts$) =>
      defer(() =>
        texts$.pipe(
          reduce(count, counting(settings)),
          map((counts) => new Tokenizer(select(counts))),
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
                `its oov_token ${JSON.stringify(unknown)} must have an index in ` +
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
