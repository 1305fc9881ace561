import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import type { FieldsOfLine } from './LinesReader.js';

/** An ARFF file, as the program Weka writes it. */
export interface Arff {
  readonly names: readonly string[];
  /** The size of the header, including the line `@data`. */
  readonly header: { readonly bytes: number; readonly lines: number };
  readonly fieldsOf: FieldsOfLine;
}

/** The first line that is neither empty nor a comment names a relation. */
const BEGINNING = /^\s*(?:%[^\n]*\n\s*)*@relation\b/i;
const ATTRIBUTE = /^\s*@attribute\s+('(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|\S+)\s+\S/i;
const DATA = /^\s*@data\s*(?:%|$)/i;

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

const unescaped = (text: string): string =>
  text.replaceAll(/\\(u[\da-f]{4}|.)/gi, (_all, sign: string) =>
    sign.length > 1 ? String.fromCharCode(Number.parseInt(sign.slice(1), 16)) : (ESCAPES[sign] ?? sign),
  );

const unquoted = (value: string): string =>
  /^(['"])(?:.*)\1$/s.test(value) && value.length > 1 ? unescaped(value.slice(1, -1)) : unescaped(value);

/** A value with the comma after it. */
const VALUE = /(\s*'(?:\\.|[^'\\])*'\s*|\s*"(?:\\.|[^"\\])*"\s*|[^,]*)(,|$)/gy;

/** The values of a record; undefined if a quote is not closed. An unquoted `?` is a missing value. */
const valuesOf = (line: string): readonly string[] | undefined => {
  const values: string[] = [];
  VALUE.lastIndex = 0;
  for (;;) {
    const found = VALUE.exec(line);
    if (found === null) return undefined;
    const value = found[1]!.trim();
    if (/^['"]/.test(value) && !(value.length > 1 && value.endsWith(value[0]!))) return undefined;
    values.push(value === '?' ? '' : unquoted(value));
    if (found[2] === '') return values;
  }
};

/**
 * Reads the header of an ARFF file.
 *
 * The format: https://waikato.github.io/weka-wiki/formats_and_processing/arff_stable/
 *
 * @param head the first bytes, as UTF-8
 * @param source the name of the table in messages
 * @returns undefined if this is no ARFF file
 * @throws HeadwaterError `HW_USAGE` if the header does not end within these bytes
 */
export const readArff = (head: Uint8Array, source: string): Arff | undefined => {
  const text = Buffer.from(head).toString('utf8');
  if (!BEGINNING.test(text)) return undefined;
  const names: string[] = [];
  let [bytes, lines] = [0, 0];
  for (const line of text.split(/(?<=\n)/)) {
    bytes += Buffer.byteLength(line);
    lines++;
    const name = ATTRIBUTE.exec(line)?.[1];
    if (name !== undefined) names.push(unquoted(name));
    if (DATA.test(line)) return { names, header: { bytes, lines }, fieldsOf: arffFields(names) };
  }
  throw new HeadwaterError(
    'HW_USAGE',
    `${source} is an ARFF file without a line @data in its first 64 KiB. ` +
      'Save it as CSV (in Weka: Save As, CSV data files).',
    { where: source },
  );
};

const arffFields =
  (names: readonly string[]): FieldsOfLine =>
  (line) => {
    if (line.startsWith('%')) return undefined;
    if (line.trimStart().startsWith('{'))
      return { expected: 'a record with all its values, and not a sparse one (Weka: the filter SparseToNonSparse)' };
    const values = valuesOf(line.trim());
    if (values?.length !== names.length) return { expected: `${names.length} values with commas between them` };
    const fields = Object.create(null) as Record<string, string>;
    for (const [i, name] of names.entries()) fields[name] = values[i]!;
    return fields;
  };
