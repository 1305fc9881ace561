import { excerpt } from '../../../contracts/messages/excerpt.js';
import type { Rejection } from '../../../contracts/rows/Rejection.js';
import type { SourceRow } from '../../../contracts/rows/Row.js';
import type { Reader } from '../../bodies/bytes/Reader.js';
import { LineReader } from '../../bodies/LineReader.js';

/** Parses a line into fields, or returns what was expected instead; undefined for a line that is not a record. */
export type FieldsOfLine = (
  line: string,
) => Readonly<Record<string, string>> | { readonly expected: string } | undefined;

const isExpectation = (
  fields: NonNullable<ReturnType<FieldsOfLine>>,
): fields is { readonly expected: string } & NonNullable<ReturnType<FieldsOfLine>> =>
  !(Object.getPrototypeOf(fields) === null);

/** Reads a table with one record per line. Blank lines are not records. */
export class LinesReader implements Reader {
  readonly #lines: LineReader;
  readonly #firstId: number;
  #nextId: number;

  /**
   * @param fieldsOf parses a line into an object without a prototype
   * @param row receives each row
   * @param reject receives each rejection; an error that it throws is thrown by `advance`
   */
  constructor(
    {
      source,
      maxRecordBytes,
      firstId,
      firstLine = 1,
    }: {
      readonly source: string;
      readonly maxRecordBytes: number;
      readonly firstId: number;
      /** The line number of the first byte. Default 1. */
      readonly firstLine?: number | undefined;
    },
    fieldsOf: FieldsOfLine,
    row: (row: SourceRow) => void,
    reject: (rejection: Rejection) => void,
  ) {
    this.#firstId = this.#nextId = firstId;
    this.#lines = new LineReader(
      source,
      maxRecordBytes,
      (text, line, byte) => {
        if (text.trim() === '') return;
        const fields = fieldsOf(text);
        if (fields === undefined) return;
        const place = { id: this.#nextId++, source, line: firstLine + line, byte };
        if (isExpectation(fields)) {
          reject({ type: 'rejection', reason: 'field', ...place, field: undefined, ...fields, got: excerpt(text) });
        } else row({ ...place, fields, written: text });
      },
      (rejection) => reject({ ...rejection, id: this.#nextId++, line: firstLine - 1 + (rejection.line ?? 1) }),
    );
  }

  get progress(): string {
    return `${this.#nextId - this.#firstId} records`;
  }

  push(chunk: Uint8Array): void {
    this.#lines.push(chunk);
  }

  finish(): void {
    this.#lines.finish();
  }

  advance(): boolean {
    return this.#lines.advance();
  }
}
