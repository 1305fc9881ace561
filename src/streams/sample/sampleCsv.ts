import { checkOptions } from '../../contracts/checkOption.js';
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
 * The bundled sample: a CSV table of invented headlines with their classes, as chunks of text.
 *
 * The columns are `title` and `category`; the classes are Business, Sci/Tech, Sports and World, about a quarter each.
 * The sample imitates real collections: classes share words, some labels are wrong (1 in 20), some headlines carry no
 * information about their class, for some the order of the words decides, and some occur twice. There are quotes,
 * commas, digits, accents, and news agencies in parentheses.
 *
 * Holds all titles that it has generated, since it repeats some of them.
 *
 * @returns chunks of about 200 rows, the header in the first chunk; deterministic for a seed and a number of rows
 * @throws HeadwaterError `HW_USAGE` for an invalid number of rows
 *
 * @example
 * ```ts
 * import { sampleCsv } from 'headwater';
 * const table = [...sampleCsv({ rows: 3 })].join('');
 * console.log(table.split('\n')[0]); // title,category
 * ```
 */
export const sampleCsv = (options: SampleOptions = {}): Generator<string, void, undefined> => {
  checkOptions('sampleCsv', options, '{ rows: 100 }');
  return table(sampleRows(options));
};
