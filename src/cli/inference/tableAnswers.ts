import { stringify } from 'csv-stringify/sync';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { SourceRow } from '../../contracts/rows/Row.js';
import { standardJson } from '../../streams/table/parseJson.js';
import type { TableLayout } from '../../streams/table/TableLayout.js';
import { answerOf, type AnswerOptions, roundedProbability } from './answers.js';
import type { ClassifiedHeadline } from './ClassifiedHeadline.js';

/** The formats of a table of answers. */
export type TableForm = { readonly kind: 'delimited'; readonly delimiter: string } | { readonly kind: 'jsonl' };

/** What is added to the rows of a table. */
export interface TableAnswerOptions extends AnswerOptions {
  /** Whether the probability of every class is added. */
  readonly all?: boolean;
}

/** The rows of a table with predictions, as text. */
export interface TableAnswers {
  readonly header: string;
  readonly line: (row: SourceRow, classified: ClassifiedHeadline) => string;
}

/**
 * The format of the answers: the requested one, or that of the file extension, or that of the table.
 *
 * @param file the name of the output file
 */
export const formOf = (
  layout: Pick<TableLayout, 'format' | 'delimiter'>,
  file: string | undefined,
  format: 'csv' | 'jsonl' | undefined,
): TableForm => {
  const ending = /\.(csv|tsv|tab|jsonl|ndjson)(\.gz)?$/i.exec(file ?? '')?.[1]?.toLowerCase();
  if (format === 'jsonl' || (format === undefined && (ending === 'jsonl' || ending === 'ndjson')))
    return { kind: 'jsonl' };
  if (ending === 'tsv' || ending === 'tab') return { kind: 'delimited', delimiter: '\t' };
  if (format === 'csv' || ending === 'csv') return { kind: 'delimited', delimiter: ',' };
  if (layout.format === 'json-lines' || layout.format === 'json') return { kind: 'jsonl' };
  return { kind: 'delimited', delimiter: layout.delimiter ?? ',' };
};

/** A column name that the table does not have. */
const free = (name: string, taken: ReadonlySet<string>, prefix: string): string => {
  let found = name;
  while (taken.has(found)) found = `${prefix}${found}`;
  return found;
};

const namesFor = (
  columns: readonly string[],
  classes: readonly string[],
  { top = 1, all = false }: TableAnswerOptions,
) => {
  const taken = new Set(columns);
  const take = (name: string, prefix: string): string => {
    const found = free(name, taken, prefix);
    taken.add(found);
    return found;
  };
  return {
    ranks: Array.from({ length: Math.min(top, classes.length) }, (_, k): readonly [string, string] => [
      take(k === 0 ? 'class' : `class_${k + 1}`, 'predicted_'),
      take(k === 0 ? 'probability' : `probability_${k + 1}`, 'predicted_'),
    ]),
    classes: all ? classes.map((name) => [name, take(name, 'probability_')] as const) : [],
  };
};

const delimited = (
  { header, columns }: TableLayout,
  delimiter: string,
  classes: readonly string[],
  options: TableAnswerOptions,
): TableAnswers => {
  const names = namesFor(columns, classes, options);
  const write = (record: readonly string[]): string => stringify([[...record]], { delimiter });
  const added = [...names.ranks.flat(), ...names.classes.map(([, column]) => column)];
  return {
    header: header ? write([...columns, ...added]) : '',
    line: ({ fields }, classified) => {
      const byName = new Map(classified.distribution);
      return write([
        ...columns.map((column) => fields[column] ?? ''),
        ...names.ranks.flatMap((_, k) => {
          const [name = '', value = 0] = classified.distribution[k] ?? [];
          return [k === 0 ? answerOf(classified, options.unsureBelow) : name, roundedProbability(value)];
        }),
        ...names.classes.map(([name]) => roundedProbability(byName.get(name) ?? 0)),
      ]);
    },
  };
};

const jsonMembers = (members: readonly (readonly [string, string])[]): string =>
  members.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(',');

/** The members of a row as JSON text. If the row is JSON, its text is copied, so that its values stay as they are. */
const written = ({ fields, written: line }: SourceRow, isJson: boolean): string => {
  if (!isJson || line?.trimStart().startsWith('[') !== false)
    return jsonMembers(Object.entries(fields).map(([k, v]) => [k, JSON.stringify(v)]));
  const text = standardJson(line.trim().replace(/^\uFEFF/, ''));
  return text.slice(1, -1).trim();
};

const jsonLines = (
  { format, columns }: TableLayout,
  classes: readonly string[],
  { top, all = false, unsureBelow }: TableAnswerOptions,
): TableAnswers => {
  const known = new Set(columns);
  const told = all ? classes.length : Math.min(top ?? 0, classes.length);
  return {
    header: '',
    line: (row, classified) => {
      // A later line may have a key that earlier lines do not have.
      const taken = Object.keys(row.fields).some((name) => !known.has(name))
        ? new Set([...columns, ...Object.keys(row.fields)])
        : known;
      const name = (wanted: string): string => free(wanted, taken, 'predicted_');
      const members = written(row, format === 'json-lines' || format === 'json');
      const [, value = 0] = classified.distribution[0] ?? [];
      const added: (readonly [string, string])[] = [
        [name('class'), JSON.stringify(answerOf(classified, unsureBelow))],
        [name('probability'), roundedProbability(value)],
      ];
      if (told > 0) {
        const some = classified.distribution.slice(0, told).map(([k, p]) => [k, roundedProbability(p)] as const);
        added.push([name('probabilities'), `{${jsonMembers(some)}}`]);
      }
      if (classified.known === 0) added.push([name('known'), '0']);
      return `{${members}${members === '' ? '' : ','}${jsonMembers(added)}}\n`;
    },
  };
};

/**
 * Writes the rows of a table with predictions. All columns stay unchanged; `class`, `probability` and the requested
 * further columns follow. If the table already has such a name, the new column gets the prefix `predicted_`.
 *
 * @param classes the names of the classes by index
 */
export const tableAnswers = (
  layout: TableLayout,
  form: TableForm,
  classes: readonly string[],
  options: TableAnswerOptions,
): TableAnswers =>
  form.kind === 'jsonl' ? jsonLines(layout, classes, options) : delimited(layout, form.delimiter, classes, options);

/**
 * Refuses a further table with other columns than the first one, if the output is one table with a header.
 *
 * @throws HeadwaterError `HW_COLUMNS`
 */
export const requireSameColumns = (first: TableLayout, next: TableLayout, form: TableForm): void => {
  if (form.kind === 'jsonl' || first.columns.join('\0') === next.columns.join('\0')) return;
  throw new HeadwaterError(
    'HW_COLUMNS',
    `${next.source} has other columns than ${first.source}, so one table cannot ` +
      'hold both. Classify them one after another, or give --format jsonl.',
    { where: next.source },
  );
};
