import { type SampleOptions, type SampleRow, sampleRows } from './sampleRows.js';

const ROWS_A_CHUNK = 200;

const field = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

function* table(rows: Iterable<SampleRow>): Generator<string, void, undefined> {
  let chunk = 'title,category\n';
  let count = 0;
  for (const { title, category } of rows) {
    chunk += `${field(title)},${category}\n`;
    if (++count % ROWS_A_CHUNK === 0) {
      yield chunk;
      chunk = '';
    }
  }
  if (chunk !== '') yield chunk;
}

/**
 * The bundled sample: a table of invented headlines with their classes, as text, a chunk of rows at a time.
 *
 * The columns are `title` and `category`; the classes Business, Sci/Tech, Sports and World, about a quarter each. It is
 * made as real collections are: classes share words, some labels are wrong (1 in 20), some headlines say nothing of
 * their class, in some the order of the words decides, some stand there twice; there are quotes, commas, digits,
 * accents, and agencies in parentheses.
 *
 * Holds the titles it has made, as it repeats some.
 *
 * @returns about 200 rows a chunk, the header in the first; the same for the same seed and number of rows
 * @throws HeadwaterError `HW_USAGE` for a number of rows that cannot be
 *
 * @example
 * ```ts
 * import { sampleCsv } from 'headwater';
 * const table = [...sampleCsv({ rows: 3 })].join('');
 * console.log(table.split('\n')[0]); // title,category
 * ```
 */
export const sampleCsv = (options: SampleOptions = {}): Generator<string, void, undefined> =>
  table(sampleRows(options));
