import { checkArgument } from '../../contracts/checkArgument.js';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type * as t from 'io-ts';
import { filter, map, type OperatorFunction } from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { flowProbe } from '../../contracts/flow/FlowProbe.js';
import type { DeadLetter, Rejection } from '../../contracts/rows/Rejection.js';
import type { SourceRow } from '../../contracts/rows/Row.js';
import { excerpt } from '../../contracts/messages/excerpt.js';
import { listNames } from '../../contracts/messages/listNames.js';
import { copyWith } from '../internal/copyWith.js';
import { shortcutOf } from './internal/codecShortcut.js';
import { checkedBy, type Refused } from './internal/standardSchema.js';

/** Options of `decode`. */
export interface DecodeOptions<A> {
  /**
   * The column of each field, for fields whose column has another name. Default: a field is read from the column of its
   * own name.
   */
  readonly columns?: Readonly<Partial<Record<keyof A & string, string | undefined>>> | undefined;
  /**
   * Receives the rows that do not pass. Default: none. Then the first such row ends the stream, so that no row is lost
   * silently.
   */
  readonly rejections?: DeadLetter | undefined;
}

type Fields = SourceRow['fields'];
type Renaming = readonly (readonly [field: string, column: string])[];

const missingColumn = (field: string, column: string, row: SourceRow): HeadwaterError =>
  new HeadwaterError(
    'HW_COLUMNS',
    `${row.source} has no column ${JSON.stringify(column)}, which the field ${JSON.stringify(field)} is ` +
      `read from; it has ${listNames(Object.keys(row.fields)) || 'none'}. Name the right column.`,
    { where: row.source },
  );

/** The row's fields under the codec's names. The object has no prototype, so that a column may be named `__proto__`. */
const renamed = (row: SourceRow, renaming: Renaming): Fields => {
  if (renaming.length === 0) return row.fields;
  const fields = Object.assign(Object.create(null) as Record<string, string>, row.fields);
  for (const [field, column] of renaming) {
    const value = row.fields[column];
    if (value === undefined) throw missingColumn(field, column, row);
    fields[field] = value;
  }
  return fields;
};

const tagOf = (type: object): unknown => ('_tag' in type ? type._tag : undefined);

/** Whether the path to an error names the parts of this type by number, not by field name. */
const numbersItsParts = (type: object): boolean => {
  let inner = type;
  // These three wrappers add no entry to the path. The type inside them does.
  while (
    ['ExactType', 'ReadonlyType', 'RefinementType'].includes(String(tagOf(inner))) &&
    'type' in inner &&
    typeof inner.type === 'object' &&
    inner.type !== null
  ) {
    inner = inner.type;
  }
  return ['IntersectionType', 'UnionType'].includes(String(tagOf(inner)));
};

/** The entry of the error's path that names a field, or undefined if the error concerns the whole record. */
const failedField = ({ context }: t.ValidationError): t.ContextEntry | undefined => {
  let parent = context[0];
  for (const entry of context.slice(1)) {
    if (parent !== undefined && !numbersItsParts(parent.type)) return entry;
    parent = entry;
  }
  return undefined;
};

const rejectionOf = (row: SourceRow, renaming: Renaming, errors: t.Errors): Rejection => {
  const failed = errors.map(failedField);
  for (const entry of failed) {
    if (entry === undefined) continue;
    // The header lacks the column, so every row would fail. This is a fault of the table, not of the row.
    const column = new Map(renaming).get(entry.key) ?? entry.key;
    if (row.fields[column] === undefined) throw missingColumn(entry.key, column, row);
  }
  const entry = failed[0];
  const got = entry === undefined ? JSON.stringify(row.fields) : (renamed(row, renaming)[entry.key] ?? '');
  return {
    type: 'rejection',
    reason: 'field',
    id: row.id,
    source: row.source,
    line: row.line,
    byte: row.byte,
    field: entry?.key,
    expected: (entry ?? errors[0]?.context[0])?.type.name ?? 'a valid record',
    got: excerpt(got),
  };
};

/** The rejection of a row that did not pass a Standard Schema. A schema says what is wrong, not what it expects. */
const rejectionOfIssues = (row: SourceRow, renaming: Renaming, { field, message }: Refused): Rejection => {
  const column = field === undefined ? undefined : (new Map(renaming).get(field) ?? field);
  const value = column === undefined ? undefined : row.fields[column];
  return {
    type: 'rejection',
    reason: 'field',
    id: row.id,
    source: row.source,
    line: row.line,
    byte: row.byte,
    field,
    expected: excerpt(message, 200),
    got: excerpt(value ?? JSON.stringify(row.fields)),
  };
};

const asError = ({ source, line = 0, byte = 0, field, expected, got }: Rejection): HeadwaterError =>
  new HeadwaterError(
    'HW_REJECTIONS',
    `A row was rejected, at ${source}:${line} (byte ${byte}): ` +
      `${field === undefined ? 'the record' : `its field ${JSON.stringify(field)}`} should be ` +
      `${expected}, but is ${JSON.stringify(got)}. Correct the row, or give decode an observer of rejections.`,
    { where: `${source}:${line}` },
  );

/**
 * Validates each row of a table with an io-ts codec, or with a schema of zod, valibot, arktype or another library that
 * follows Standard Schema. Emits the decoded rows.
 *
 * ```marbles
 * source:     --r--r--x--r--|
 *             decode(headlineRow, { rejections })
 * result:     --a--a-----a--|
 * rejections: --------j-----
 * ```
 *
 * The codec gets the row's fields by name, in an object without a prototype. The decoded value is emitted with the
 * row's `id` added, so no field of the codec may be named `id`. A row that does not pass goes to `rejections` once,
 * with its place and the first field that failed.
 *
 * Holds no rows.
 *
 * Errors: `HW_REJECTIONS` at the first row that does not pass when no `rejections` are given; `HW_COLUMNS` when the
 * table lacks a column that a field is read from; any error that `rejections.next` throws (for example, when its limit
 * is passed), that the codec throws, or that the source sends.
 *
 * A schema must be synchronous: a schema that returns a promise is refused with `HW_USAGE`. With a schema, a field that
 * the table lacks is a rejection of each row.
 *
 * @param codec what a row must be; `headlineRow` for headlines with their category
 * @param options the columns of the fields, and the receiver of rejected rows
 *
 * @example
 * ```ts
 * import { of } from 'rxjs';
 * import { decode, headlineRow } from 'headwater';
 * const row = {
 *   id: 0,
 *   source: 'news.csv',
 *   line: 2,
 *   byte: 15,
 *   fields: { headline: 'Ferry returns to port', category: 'World' },
 * };
 * of(row)
 *   .pipe(decode(headlineRow, { columns: { title: 'headline' } }))
 *   .subscribe(({ id, title, category }) => console.log(id, title, category)); // 0 Ferry returns to port World
 * ```
 */
export function decode<A extends object>(
  codec: t.Type<A, unknown>,
  options?: DecodeOptions<A>,
): OperatorFunction<SourceRow, A & { readonly id: number }>;
export function decode<S extends StandardSchemaV1<unknown, object>>(
  schema: S,
  options?: DecodeOptions<StandardSchemaV1.InferOutput<S>>,
): OperatorFunction<SourceRow, StandardSchemaV1.InferOutput<S> & { readonly id: number }>;
export function decode<A extends object>(
  codec: t.Type<A, unknown> | StandardSchemaV1<unknown, A>,
  options: DecodeOptions<A> = {},
): OperatorFunction<SourceRow, A & { readonly id: number }> {
  checkArgument('decode', 'codec', codec, 'a codec of io-ts, or a Standard Schema');

  const renaming = Object.entries<string | undefined>(options.columns ?? {}).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  const { rejections } = options;
  const reject = (rejection: Rejection): void => {
    if (rejections === undefined) throw asError(rejection);
    flowProbe()?.rejected();
    rejections.next(rejection);
    return undefined;
  };
  if ('~standard' in codec) {
    const check = checkedBy(codec);
    return (rows$) =>
      rows$.pipe(
        map((row) => {
          const checked = check(renamed(row, renaming));
          if (checked.ok) return copyWith(checked.value, 'id', row.id);
          reject(rejectionOfIssues(row, renaming, checked));
          return undefined;
        }),
        filter((row) => row !== undefined),
      );
  }
  const shortcut = shortcutOf(codec) as ((fields: Fields, id: number) => A & { readonly id: number }) | undefined;
  return (rows$) =>
    rows$.pipe(
      map((row) => {
        const fields = renamed(row, renaming);
        if (shortcut !== undefined && codec.is(fields)) return shortcut(fields, row.id);
        return pipe(
          codec.decode(fields),
          E.matchW(
            (errors) => reject(rejectionOf(row, renaming, errors)),
            (value) => copyWith(value, 'id', row.id),
          ),
        );
      }),
      filter((row) => row !== undefined),
    );
}
