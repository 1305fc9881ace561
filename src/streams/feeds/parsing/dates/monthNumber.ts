const ENGLISH = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];

// RSS prescribes English month names, but feeds in these languages use their own. A list is read only if the one before
// does not have the name, because it takes a tenth of a second.
const LANGUAGES = [
  'de fr es it pt nl sv da nb fi pl cs hu ro tr el ru uk bg sk id ar hi',
  'th fa he sr sl mk ca gl az et lv lt ka is be eu ms bn',
].map((codes) => codes.split(' '));

/** A word, which may be abbreviated: `Jan.`, and with the signs of Hindi and Hebrew `जन॰` and `ינו׳`. */
export const WORD = /^[\p{L}\p{M}.\u0970\u05f3]+$/u;

/** A name without accents and signs. The marks of one script alone, as those of Hindi and Thai, are vowels and stay. */
const plain = (name: string): string =>
  name
    .toLowerCase()
    .normalize('NFD')
    .replace(/[\p{Script=Inherited}.\u0970\u05f3]/gu, '');

/** Whether a name is too short for a month: in Latin letters, two may be a word or a zone. */
const isShort = (name: string): boolean => name.length < (/^\p{Script=Latin}*$/u.test(name) ? 3 : 2);

const foreign = new Map<readonly string[], ReadonlyMap<string, number>>();

/** The month names of these languages. A name that means different months in different languages has 0. */
const namesIn = (languages: readonly string[]): ReadonlyMap<string, number> => {
  const months = new Map<string, number>();
  for (const language of languages) {
    for (const month of ['long', 'short'] as const) {
      for (const day of [undefined, 'numeric'] as const) {
        const format = new Intl.DateTimeFormat(language, { month, day, timeZone: 'UTC', calendar: 'gregory' });
        for (let number = 1; number <= 12; number++) {
          const part = format.formatToParts(Date.UTC(2001, number - 1, 1)).find(({ type }) => type === 'month');
          const name = plain(part?.value ?? '');
          if (!/^[\p{L}\p{M}]+$/u.test(name) || isShort(name)) continue;
          const known = months.get(name);
          months.set(name, known === undefined || known === number ? number : 0);
          const short = name.slice(0, 3);
          const shortKnown = months.get(short);
          months.set(short, shortKnown === undefined || shortKnown === number ? number : 0);
        }
      }
    }
  }
  return months;
};

/**
 * The number of a month, from 1. English names come first, then those that mean one month in all languages of a list.
 */
export const monthNumber = (word: string): number | undefined => {
  const name = plain(word);
  if (isShort(name)) return undefined;
  const english = ENGLISH.findIndex((full) => full.startsWith(name)) + 1;
  if (english > 0) return english;
  for (const languages of LANGUAGES) {
    const names = foreign.get(languages) ?? namesIn(languages);
    foreign.set(languages, names);
    const found = names.get(name) ?? 0;
    if (found > 0) return found;
  }
  return undefined;
};
