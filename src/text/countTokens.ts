import { checkTypes, isNumber, optionText } from '../contracts/checkOption.js';
import { HeadwaterError } from '../contracts/HeadwaterError.js';
import type { TokenizerOptions } from './TokenizerOptions.js';
import { foldCase } from './unicode/foldCase.js';
import { TokenTable } from './internal/TokenTable.js';

/** The tokens of a vocabulary, and how texts are looked up in it. */
export interface LearntVocabulary {
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

/**
 * Checks and completes the options of a vocabulary.
 *
 * @throws HeadwaterError `HW_USAGE`
 */
export const tokenizerSettings = (options: TokenizerOptions): Settings => {
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

/** The counts before the first text. */
export const startCounting = (settings: Settings): TokenCounts => ({
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

/** Adds the tokens of a text to the counts. */
export const countTokens = (soFar: TokenCounts, text: string): TokenCounts => {
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
export const selectTokens = ({ table, counts, settings }: TokenCounts): LearntVocabulary => {
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
