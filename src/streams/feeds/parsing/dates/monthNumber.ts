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

// RSS prescribes English month names, but feeds in these languages use their own.
const LANGUAGES = [
  'de',
  'fr',
  'es',
  'it',
  'pt',
  'nl',
  'sv',
  'da',
  'nb',
  'fi',
  'pl',
  'cs',
  'hu',
  'ro',
  'tr',
  'el',
  'ru',
  'uk',
  'bg',
  'sk',
  'id',
  'ar',
  'hi',
];

const plain = (name: string): string =>
  name
    .toLowerCase()
    .normalize('NFD')
    .replace(/[\p{M}.]/gu, '');

let foreign: ReadonlyMap<string, number> | undefined;

/** The month names of all these languages. A name that means different months in different languages has 0. */
const foreignMonths = (): ReadonlyMap<string, number> => {
  const months = new Map<string, number>();
  for (const language of LANGUAGES) {
    for (const month of ['long', 'short'] as const) {
      for (const day of [undefined, 'numeric'] as const) {
        const format = new Intl.DateTimeFormat(language, { month, day, timeZone: 'UTC' });
        for (let number = 1; number <= 12; number++) {
          const part = format.formatToParts(Date.UTC(2001, number - 1, 1)).find(({ type }) => type === 'month');
          const name = plain(part?.value ?? '');
          if (!/^\p{L}{3,}$/u.test(name)) continue;
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

/** The number of a month, from 1. English names come first, then the names that mean one month in all languages. */
export const monthNumber = (word: string): number | undefined => {
  const name = plain(word);
  if (name.length < 3) return undefined;
  const english = ENGLISH.findIndex((full) => full.startsWith(name)) + 1;
  if (english > 0) return english;
  foreign ??= foreignMonths();
  const found = foreign.get(name) ?? 0;
  return found === 0 ? undefined : found;
};
