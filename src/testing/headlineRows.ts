import { checkOptions, checkWhole } from '../contracts/checkOption.js';
import { random } from '../contracts/random.js';
import type { Row } from '../contracts/rows/Row.js';

/** Options of `headlineRows`. */
export interface HeadlineRowsOptions {
  /** Any whole number; the same seed gives the same rows. Default 1. */
  readonly seed?: number | undefined;
  /** The number of rows. Default 10. */
  readonly count?: number | undefined;
  /** The id of the first row; the others follow. Default 0. */
  readonly firstId?: number | undefined;
}

interface Desk {
  readonly category: string;
  readonly who: readonly string[];
  readonly does: readonly string[];
  readonly what: readonly string[];
}

/** The lesson's four classes, each with words of its own. Every headline is invented. */
const DESKS: readonly Desk[] = [
  {
    category: 'Business',
    who: ['Harbour Bank', 'The copper exchange', 'Lindqvist Foods', 'A rail freight group'],
    does: ['posts', 'warns of', 'plans', 'shrugs off'],
    what: ['a smaller profit', 'a rights issue', 'higher oil costs', 'a $2 billion merger'],
  },
  {
    category: 'Sci/Tech',
    who: ['A browser maker', 'The comet probe', 'Quillon Chips', 'A genome lab'],
    does: ['unveils', 'patches', 'measures', 'delays'],
    what: ['a faster processor', 'a wireless standard', 'ice on a moon', 'its search engine (beta)'],
  },
  {
    category: 'Sports',
    who: ['The Otters', 'A rookie pitcher', 'The home side', 'The champion sprinter'],
    does: ['win', 'misses', 'prepare for', 'drops out of'],
    what: ['the cup final', 'a penalty shoot-out', 'the opening match', 'the relay'],
  },
  {
    category: 'World',
    who: ['The island council', 'A peace envoy', 'The border commission', "The coalition's leader"],
    does: ['calls for', 'rejects', 'signs', 'debates'],
    what: ['a ceasefire', 'an early election', 'the fishing treaty', 'aid for the flooded valley'],
  },
];

/**
 * Labelled headlines from a seed, in the lesson's four classes. They are invented, with punctuation and capitals, and
 * some of them repeat.
 *
 * @throws HeadwaterError `HW_USAGE` for a count that is not a whole number of at least 0
 *
 * @example
 * ```ts
 * import { headlineRows } from 'headwater/testing';
 * headlineRows({ seed: 3, count: 2 }).map(({ category }) => category);
 * ```
 */
export const headlineRows = (options: HeadlineRowsOptions = {}): readonly Row[] => {
  checkOptions('headlineRows', options, '{ count: 10 }');
  const { seed = 1, count = 10, firstId = 0 } = options;
  checkWhole('headlineRows', 'count', count, 0);
  checkWhole('headlineRows', 'seed', seed);
  checkWhole('headlineRows', 'firstId', firstId, 0);
  const dice = random(seed, 'test');
  const pick = <T>(from: readonly T[]): T => from[dice.below(from.length)]!;
  return Array.from({ length: count }, (_, index) => {
    const { category, who, does, what } = pick(DESKS);
    return { id: firstId + index, title: `${pick(who)} ${pick(does)} ${pick(what)}`, category };
  });
};
