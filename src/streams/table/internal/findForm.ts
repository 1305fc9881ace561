import type { TableFormat } from '../../csv/TableFormat.js';
import { isKnownName } from '../columnNames.js';
import { areLabelled } from './labelledLines.js';
import { RARE_DELIMITERS } from './oddDelimiters.js';
import {
  DELIMITERS,
  evenness,
  findDelimiter,
  hasHeader,
  sampleTable,
  type SampleFormat,
  type TableSample,
} from './sampleTable.js';

/** The format of a table with delimiters, as detected from its first bytes. */
export interface TableForm {
  readonly format: SampleFormat & { readonly delimiter: string };
  readonly header: boolean;
  /** The first records, read in this format. */
  readonly sample: TableSample;
  /** The size of the preamble, which is not part of the table. */
  readonly before: { readonly bytes: number; readonly lines: number };
}

/** The given options; everything else is detected. */
export interface FormWish extends TableFormat {
  readonly skipLines?: number | undefined;
  readonly usualHeader: boolean | undefined;
}

/** How many lines are searched for the end of a preamble. */
const MOST_BEFORE = 20;
/** The share of records as wide as the header: below `UNEVEN` the format is wrong, from `EVEN` on it is right. */
const UNEVEN = 0.5;
const EVEN = 0.9;
/** The share of lines in which a character begins a word that shows that it is no delimiter. */
const MOSTLY = 0.8;

const LF = 10;
const CR = 13;

/** The offsets of the second line, the third line, and so on. */
const lineStarts = (head: Uint8Array, most: number): readonly number[] => {
  const end = head.includes(LF) ? LF : CR;
  const starts: number[] = [];
  for (let at = head.indexOf(end); at !== -1 && starts.length < most; at = head.indexOf(end, at + 1))
    starts.push(at + 1);
  return starts;
};

const lineOf = (head: Uint8Array, from: number): string =>
  Buffer.from(head.subarray(from, from + 4096))
    .toString('utf8')
    .split(/[\r\n]/, 1)[0]!;

/** Whether a line has at least two known names, and so is a header. */
const isHeaderLine = (line: string, delimiter: string): boolean =>
  line.split(delimiter).filter((name) => isKnownName(name.replaceAll(/^\s*"|"\s*$/g, ''))).length >= 2;

/** The preamble, and the delimiter of the table after it, if it is already known. */
interface Preamble {
  readonly before: TableForm['before'];
  readonly found?: string | undefined;
}

/** Finds where the table begins after lines of another kind, such as a title or a remark. */
const preambleOf = (head: Uint8Array, whole: boolean, source: string, wish: FormWish): Preamble => {
  const none = { bytes: 0, lines: 0 };
  const { skipLines } = wish;
  if (skipLines === 0) return { before: none };
  if (skipLines !== undefined)
    return { before: { bytes: lineStarts(head, skipLines)[skipLines - 1] ?? head.length, lines: skipLines } };
  if (wish.header === false) return { before: none };
  const found = wish.delimiter ?? findDelimiter(head, whole, source, wish);
  const first = sampleTable(head, whole, { ...wish, delimiter: found });
  if (first.names.some(isKnownName)) return { before: none, found };
  const starts = lineStarts(head, MOST_BEFORE);
  const delimiters = wish.delimiter === undefined ? DELIMITERS : [wish.delimiter];
  const isPoor = first.names.length < 2 || evenness(first) < UNEVEN;
  for (const [i, bytes] of starts.entries()) {
    const line = lineOf(head, bytes);
    const headers = delimiters.filter((delimiter) => isHeaderLine(line, delimiter));
    const rest = head.subarray(bytes);
    if (headers.some((delimiter) => evenness(sampleTable(rest, whole, { ...wish, delimiter })) >= EVEN))
      return { before: { bytes, lines: i + 1 } };
  }
  for (const [i, bytes] of isPoor ? starts.entries() : []) {
    if (lineOf(head, bytes).trim() === '') continue;
    const rest = head.subarray(bytes);
    const delimiter = wish.delimiter ?? findDelimiter(rest, whole, source, wish);
    const sample = sampleTable(rest, whole, { ...wish, delimiter });
    if (sample.names.length > 1 && sample.rows.length > 2 && evenness(sample) >= EVEN)
      return { before: { bytes, lines: i + 1 }, found: delimiter };
  }
  return { before: none, found };
};

/** Whether most lines have a space between a delimiter and a quote: `a, "b"`. */
const hasPaddedQuotes = (head: Uint8Array, delimiter: string): boolean => {
  const lines = Buffer.from(head)
    .toString('latin1')
    .split(/\r?\n|\r/, 200);
  const padded =
    delimiter === ' ' ? [] : lines.filter((line) => line.includes(`${delimiter} "`) || line.includes(`" ${delimiter}`));
  return padded.length * 2 > lines.length;
};

/** Whether a character begins a word in most lines, and so parts no fields: `#` in `joy what a #good day`. */
const beginsWords = (lines: readonly string[], character: string): boolean => {
  const filled = lines.filter((line) => line.trim() !== '');
  const beginning = filled.filter((line) => {
    const at = line.indexOf(character);
    return at > 0 && line[at - 1]!.trim() === '' && (line[at + 1] ?? ' ').trim() !== '';
  });
  return beginning.length >= filled.length * MOSTLY;
};

/** Other formats in use, to try if the table does not fit the usual one. */
const variants = (format: SampleFormat, asked: FormWish): readonly SampleFormat[] => [
  // Apostrophes as quotes.
  ...(asked.quote === undefined ? [{ ...format, quote: "'" }] : []),
  // R's write.table: the header lacks the column of the row names.
  { ...format, rowNames: true },
];

/**
 * Detects the format of a table with delimiters.
 *
 * @returns `labelled` if the table has no delimiters and each line begins with its class
 */
export const findForm = (head: Uint8Array, whole: boolean, source: string, wish: FormWish): TableForm | 'labelled' => {
  const { before, found } = preambleOf(head, whole, source, wish);
  const rest = head.subarray(before.bytes);
  const delimiter = wish.delimiter ?? found ?? findDelimiter(rest, whole, source, wish);
  let format: TableForm['format'] = { ...wish, delimiter, padded: hasPaddedQuotes(rest, delimiter) };
  let named = sampleTable(rest, whole, { ...format, header: wish.header ?? true });
  for (const variant of wish.quotes !== 'strict' && evenness(named) < 0.99 ? variants(format, wish) : []) {
    const other = sampleTable(rest, whole, { ...variant, header: wish.header ?? true });
    if (other.names.length > 1 && evenness(other) >= EVEN && evenness(other) > evenness(named) + 0.01)
      [format, named] = [{ ...variant, delimiter }, other];
  }
  const isNamed = named.names.some(isKnownName);
  const isPoor = named.names.length < 2 || (evenness(named) < EVEN && !isNamed);
  const isRare = RARE_DELIMITERS.includes(delimiter) && !isNamed;
  if (wish.delimiter === undefined && (isPoor || isRare)) {
    const starts = [0, ...lineStarts(rest, 2000)];
    const lines = starts.slice(0, whole ? undefined : -1).map((start) => lineOf(rest, start));
    if ((isPoor || beginsWords(lines, delimiter)) && areLabelled(lines)) return 'labelled';
  }
  const header = wish.header ?? hasHeader(named, wish.usualHeader);
  const sample = header ? named : sampleTable(rest, whole, { ...format, header });
  return { format, header, sample, before };
};
