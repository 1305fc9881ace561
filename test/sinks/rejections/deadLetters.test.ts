import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { lastValueFrom } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { HeadwaterError } from '../../../src/contracts/HeadwaterError.js';
import { deadLetters } from '../../../src/sinks/rejections/deadLetters.js';
import { describeRejection } from '../../../src/sinks/rejections/describeRejection.js';
import { IdSet } from '../../../src/sinks/rejections/internal/IdSet.js';
import { jsonLines } from '../../../src/sinks/jsonLines.js';
import { rejection } from '../rejection.js';

describe('deadLetters', () => {
  it('counts by reason, rows apart from rejections, and keeps the first', () => {
    const letters = deadLetters({ examples: 2 });
    const all = [
      rejection(1),
      rejection(1, { field: 'category' }),
      rejection(5, { reason: 'ragged', field: undefined }),
      rejection(6, { reason: 'empty', field: undefined }),
    ];
    for (const one of all) letters.next(one);
    expect(letters.total).toBe(4);
    expect(letters.rows).toBe(3);
    expect(letters.counts).toEqual({ field: 2, ragged: 1, encoding: 0, quote: 0, oversize: 0, empty: 1, item: 0 });
    expect(letters.examples).toEqual(all.slice(0, 2));
  });

  it('counts once what later passes reject again, but tells apart source, row, reason and field', () => {
    const letters = deadLetters();
    const all = [
      rejection(1),
      rejection(1, { source: 'other.csv' }),
      rejection(2),
      rejection(1, { reason: 'empty' }),
      rejection(1, { field: 'category' }),
      rejection(1, { field: undefined }),
    ];
    for (let epoch = 0; epoch < 3; epoch++) for (const one of all) letters.next(one);
    expect(letters.total).toBe(6);
    expect(letters.rows).toBe(3);
    expect(letters.examples).toEqual(all);
  });

  it('does not confuse names that run together', () => {
    const letters = deadLetters();
    letters.next(rejection(1, { source: 'a","field', field: 'b' }));
    letters.next(rejection(1, { source: 'a', field: 'field","b' }));
    letters.next(rejection(1, { source: 'a', field: 'null' }));
    letters.next(rejection(1, { source: 'a', field: undefined }));
    expect(letters.total).toBe(4);
  });

  it('says what, where and what to do past the limit, in rows, and goes on saying so', () => {
    const letters = deadLetters({ limit: 2, examples: 0 });
    letters.next(rejection(1));
    letters.next(rejection(1, { field: 'category', expected: 'a class name' }));
    letters.next(rejection(2));
    letters.next(rejection(1));
    let error: unknown;
    try {
      letters.next(rejection(3));
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(HeadwaterError);
    expect(error).toMatchObject({
      code: 'HW_REJECTIONS',
      where: 'news.csv:3',
      message:
        '3 rows were rejected, more than the limit of 2. The first: ' +
        'news.csv:3: field "title": expected a non-empty string, got ""; ' +
        'news.csv:3: field "category": expected a class name, got ""; news.csv:4: field "title": ' +
        'expected a non-empty string, got "". Correct the rows, or raise the limit.',
    });
    expect(() => letters.next(rejection(3))).toThrow(expect.objectContaining({ code: 'HW_REJECTIONS' }));
    expect(letters.rows).toBe(3);
    expect(letters.examples).toEqual([]);
  });

  it('takes a limit of 0 at its word', () => {
    expect(() => deadLetters({ limit: 0 }).next(rejection(0))).toThrow(
      expect.objectContaining({ code: 'HW_REJECTIONS' }),
    );
  });

  it.each([{ limit: -1 }, { limit: NaN }, { examples: -1 }, { examples: 1.5 }])('refuses %j', (options) => {
    expect(() => deadLetters(options)).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  });

  it('gives counts and examples that nobody can change', () => {
    const letters = deadLetters();
    letters.next(rejection(1));
    Object.assign(letters.counts, { field: 99 });
    (letters.examples as unknown[]).push('more');
    expect(letters.counts.field).toBe(1);
    expect(letters.examples.length).toBe(1);
  });

  it('makes a file of its rejections through jsonLines', async () => {
    const file = new PassThrough();
    const letters = deadLetters();
    const written = lastValueFrom(letters.rejections$.pipe(jsonLines(file, { end: true })), {
      defaultValue: undefined,
    });
    letters.next(rejection(1));
    letters.next(rejection(1));
    letters.next(rejection(4, { field: undefined, reason: 'ragged' }));
    letters.complete();
    const text = (file.read() as Buffer).toString();
    file.resume();
    await written;
    expect(
      text
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([rejection(1), { ...rejection(4, { reason: 'ragged' }), field: undefined }]);
  });
});

describe('IdSet', () => {
  it('is a set of ids', () => {
    const id = fc.oneof(
      fc.nat(200),
      fc.nat(10_000),
      fc.integer({ min: 2 ** 31 - 50, max: 2 ** 31 + 50 }),
      fc.constantFrom(0, 31, 32, 4095, 4096, 2 ** 40),
    );
    fc.assert(
      fc.property(fc.array(id, { maxLength: 200 }), (ids) => {
        const ours = new IdSet();
        const plain = new Set<number>();
        for (const one of ids) {
          expect(ours.add(one)).toBe(!plain.has(one));
          plain.add(one);
        }
      }),
      { seed: 22, numRuns: 200 },
    );
  });
});

describe('describeRejection', () => {
  it('says where, what was expected and what stood there', () => {
    expect(describeRejection(rejection(10))).toBe('news.csv:12: field "title": expected a non-empty string, got ""');
    expect(
      describeRejection(rejection(10, { reason: 'ragged', field: undefined, expected: '2 fields', got: '3 fields' })),
    ).toBe('news.csv:12: ragged: expected 2 fields, got "3 fields"');
    expect(describeRejection(rejection(10, { line: undefined }))).toBe(
      'news.csv: row 10: field "title": expected a non-empty string, got ""',
    );
    expect(describeRejection(rejection(10, { line: undefined, source: '' }))).toBe(
      'row 10: field "title": expected a non-empty string, got ""',
    );
    expect(describeRejection(rejection(10, { reason: 'oversize' }))).toBe(
      'news.csv:12: oversize in field "title": expected a non-empty string, got ""',
    );
  });

  it('shows control characters instead of obeying them', () => {
    expect(
      describeRejection(
        rejection(0, { source: 'a\u001b[2Jb', got: 'x\u009b31m\u202e\u2028\u007f', expected: 'a\nline' }),
      ),
    ).toBe('a\\u001b[2Jb:2: field "title": expected a\\u000aline, got "x\\u009b31m\\u202e\\u2028\\u007f"');
  });
});
