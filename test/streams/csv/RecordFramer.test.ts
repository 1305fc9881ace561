import fc from 'fast-check';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { describe, expect, it } from 'vitest';
import type { Rejection } from '../../../src/contracts/rows/Rejection.js';
import type { SourceRow } from '../../../src/contracts/rows/Row.js';
import { CsvReader } from '../../../src/streams/csv/CsvReader.js';
import { checkFormat } from '../../../src/streams/csv/TableFormat.js';

/** All that a reader makes of a table that comes in these chunks. */
const read = (chunks: readonly Buffer[], maxRecordBytes = 1_000_000, delimiter = ','): (SourceRow | Rejection)[] => {
  const items: (SourceRow | Rejection)[] = [];
  const reader = new CsvReader(
    { source: 't', columns: [], format: checkFormat({ delimiter }), maxRecordBytes },
    (row) => items.push(row),
    (rejection) => items.push(rejection),
  );
  const empty = (): void => {
    while (reader.advance());
  };
  for (const chunk of chunks) {
    reader.push(chunk);
    empty();
  }
  reader.finish();
  empty();
  return items;
};

/** Cuts a body at places that a list of numbers names. */
const cut = (body: Buffer, sizes: readonly number[]): Buffer[] => {
  const chunks: Buffer[] = [];
  let at = 0;
  for (let i = 0; at < body.length; i++) {
    const size = sizes.length === 0 ? body.length : (sizes[i % sizes.length] ?? 1);
    chunks.push(body.subarray(at, at + size));
    at += size;
  }
  return chunks;
};

const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 6 });
const fixed = { seed: 20_240_607, numRuns: 300 } as const;

describe('CsvReader over RecordFramer', () => {
  it('gives back any table that was written properly, however it is cut', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'b', ' ', ',', ':', '"', '\n', '\r', '\r\n', 'é', '😀', '\0', '\uFFFD'),
      maxLength: 8,
    });
    const names = ['x', '__proto__', 'y'];
    fc.assert(
      // A first cell that cannot be mistaken for a blank line.
      fc.property(
        fc.array(fc.tuple(text, text, text), { maxLength: 12 }),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        fc.constantFrom(',', '::', ':,:', '\u00a6'),
        sizes,
        (rows, record_delimiter, quoted, delimiter, lengths) => {
          // A field that ends like the beginning of a delimiter needs quotes.
          const quoted_match = /[\r\n:]/;
          const body = Buffer.from(stringify([names, ...rows], { record_delimiter, delimiter, quoted, quoted_match }));
          const items = read(cut(body, lengths), undefined, delimiter);
          expect(items.map((item) => ('fields' in item ? names.map((name) => item.fields[name]) : item))).toEqual(rows);
          expect(items.map(({ id }) => id)).toEqual(rows.map((_, i) => i));
          // Every row starts where it says that it does.
          for (const item of items) {
            const before = body.subarray(0, item.byte).toString();
            expect(item.line).toBe(1 + (before.match(/\r\n|\n/g) ?? []).length);
          }
        },
      ),
      fixed,
    );
  });

  it('sees the same in a broken table, however it is cut', () => {
    const anything = fc.array(
      fc.constantFrom('a', 'bb', ',', ',', '"', '"', '""', '\n', '\n', '\r\n', '\r', 'é', 'dddddd'),
      { maxLength: 60 },
    );
    const invalid = fc.array(fc.constantFrom(0x61, 0x2c, 0x22, 0x0a, 0x0d, 0xff, 0xc3, 0xa9), { maxLength: 40 });
    const body = fc.oneof(
      anything.map((parts) => Buffer.from(parts.join(''))),
      invalid.map((bytes) => Buffer.from(bytes)),
    );
    fc.assert(
      fc.property(
        body,
        sizes,
        fc.integer({ min: 1, max: 12 }),
        fc.constantFrom(',', 'a,', ',,'),
        (rest, lengths, limit, delimiter) => {
          const table = Buffer.concat([Buffer.from('x,y\n'), rest]);
          const max = Math.max(limit, 3);
          expect(read(cut(table, lengths), max, delimiter)).toEqual(read([table], max, delimiter));
        },
      ),
      { ...fixed, numRuns: 2_000 },
    );
  });

  it('loses and repeats no letter of a broken table: each is in a row or in a rejection', () => {
    const parts = fc.array(fc.constantFrom('a', 'bb', ',', '"', '""', '\n', '\r\n', 'é'), { maxLength: 40 });
    const letters = (text: string): string => text.replaceAll(/[^abé]/g, '');
    fc.assert(
      fc.property(parts, (pieces) => {
        const body = pieces.join('');
        const items = read([Buffer.from(`x,y\n${body}`)]);
        expect(
          items
            .map((item) => letters('fields' in item ? `${item.fields['x'] ?? ''}${item.fields['y'] ?? ''}` : item.got))
            .join(''),
        ).toBe(letters(body));
        expect(items.map(({ id }) => id)).toEqual(items.map((_, i) => i));
      }),
      { ...fixed, numRuns: 1_000 },
    );
  });

  it('reads what csv-parse reads where csv-parse finds no fault', () => {
    const parts = fc.array(fc.constantFrom('a', ' ', ',', ',', '"', '""', '\n', '\n', '",', ',"', 'é'), {
      maxLength: 40,
    });
    let agreed = 0;
    fc.assert(
      fc.property(parts, (pieces) => {
        const body = Buffer.from(`x,y\n${pieces.join('')}`);
        let theirs: string[][];
        try {
          theirs = parse(body, { relax_column_count: true, record_delimiter: '\n', skip_empty_lines: true }).slice(1);
        } catch {
          expect(read([body]).some((item) => 'type' in item && item.reason === 'quote')).toBe(true);
          return;
        }
        agreed++;
        const ours = read([body]);
        expect(ours.map((item) => ('fields' in item ? [item.fields['x'], item.fields['y']] : 'ragged'))).toEqual(
          theirs.map((record) => (record.length === 2 ? record : 'ragged')),
        );
      }),
      { ...fixed, numRuns: 2_000 },
    );
    expect(agreed).toBeGreaterThan(200);
  });

  it('takes time in proportion to a table full of unclosed quotes', () => {
    // Each line opens a quote that the next one closes wrongly. Were every record to be scanned to the end of the
    // table, this would take hours.
    const body = Buffer.from(`x,y\n${'"a,b\n'.repeat(100_000)}`);
    expect(read(cut(body, [65_536]))).toHaveLength(100_000);
  });
});
