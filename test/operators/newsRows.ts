import type { Row } from '../../src/contracts/rows/Row.js';
import { headlineRows } from '../../src/testing/headlineRows.js';

/** Invented headlines of four classes, some of them repeats, with blanks and capitals of their own. */
export const newsRows = (count: number, seed = 1): readonly Row[] =>
  headlineRows({ seed, count }).map((row) =>
    row.id % 7 === 0 ? { ...row, title: `  ${row.title.toUpperCase()}!` } : row,
  );

/** Twenty headlines as the values of a marble diagram, `a` to `t`; every title is another one. */
export const LETTER_ROWS: Readonly<Record<string, Row>> = Object.fromEntries(
  Array.from('abcdefghijklmnopqrst', (letter, id) => [
    letter,
    { id, title: `Letter ${letter}${letter} arrives`, category: id % 2 === 0 ? 'Even' : 'Odd' },
  ]),
);

/** The same as an array. */
export const letterRows: readonly Row[] = Object.values(LETTER_ROWS);
