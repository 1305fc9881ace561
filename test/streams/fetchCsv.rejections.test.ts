import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Rejection } from '../../src/contracts/rows/Rejection.js';
import { fetchCsv } from '../../src/streams/fetchCsv.js';
import { collect, readTable } from './collect.js';
import { fileOf } from './scratch.js';

const bytes = (...parts: (string | number[])[]): Buffer =>
  Buffer.concat(parts.map((part) => Buffer.from(part as string)));

describe('fetchCsv: rejections', () => {
  it('rejects ragged records and says what is wrong with them', async () => {
    const path = fileOf('a,b\n1,2\n3\n4,5,6\n"7\n",8,\n9,10\n');
    const { fields, rejections } = await readTable(path);
    expect(fields).toEqual([
      { a: '1', b: '2' },
      { a: '9', b: '10' },
    ]);
    expect(rejections).toEqual([
      {
        type: 'rejection',
        reason: 'ragged',
        id: 1,
        source: path,
        line: 3,
        byte: 8,
        field: undefined,
        expected: '2 fields ("a", "b"), not 1',
        got: '3',
      },
      {
        type: 'rejection',
        reason: 'ragged',
        id: 2,
        source: path,
        line: 4,
        byte: 10,
        field: undefined,
        expected: '2 fields ("a", "b"), not 3',
        got: '4,5,6',
      },
      {
        type: 'rejection',
        reason: 'ragged',
        id: 3,
        source: path,
        line: 5,
        byte: 16,
        field: undefined,
        expected: '2 fields ("a", "b"), not 3',
        got: '"7\n",8,',
      },
    ]);
  });

  it('gives every record one ordinal, whether it is a row or a rejection, in order', async () => {
    const path = fileOf('a,b\n1,2\nx\n3,4\n5,"6\n7,8\ny"z",1\n9,10\n');
    const ids: string[] = [];
    const rejections = { next: ({ id }: Rejection) => void ids.push(`r${id}`) };
    await new Promise<void>((resolve) =>
      fetchCsv(path, { rejections }).subscribe({ next: ({ id }) => ids.push(`${id}`), complete: resolve }),
    );
    expect(ids).toEqual(['0', 'r1', '2', 'r3', '4', 'r5', '6']);
  });

  it.each([
    ['inside an unquoted field', 'x "y" z,2', 1],
    ['at the end of an unquoted field', 'x",2', 1],
    ['followed by more', '"x"y,2', 1],
    ['followed by a space', '"x" ,2', 1],
    ['followed by a lone CR', '"x"\r,2', 1],
    ['followed by NUL', '"x"\0,2', 1],
    ['three in a row', '"""x,2', 1],
  ])('rejects a record with a quote %s, and that record alone', async (_name, record, count) => {
    const { fields, rejected, rejections } = await readTable(fileOf(`a,b\n1,2\n${record}\n3,4\n"5",6\n`));
    expect(fields).toEqual([
      { a: '1', b: '2' },
      { a: '3', b: '4' },
      { a: '5', b: '6' },
    ]);
    expect(rejected).toEqual(Array(count).fill('quote@3'));
    expect(rejections[0]?.got).toBe(record);
  });

  it('does not let a quote that is never closed swallow the lines after it', async () => {
    const { fields, rejected, rejections } = await readTable(fileOf('a,b\n1,2\n"open,World\n3,4\n5,6\n'));
    expect(fields.map(({ a }) => a)).toEqual(['1', '3', '5']);
    expect(rejected).toEqual(['quote@3']);
    expect(rejections[0]?.got).toBe('"open,World');
  });

  it('rejects an unclosed quote in the last record', async () => {
    for (const end of ['', '\n', '\r\n']) {
      const { fields, rejections } = await readTable(fileOf(`a,b\n1,2\n3,"4${end}`));
      expect(fields).toEqual([{ a: '1', b: '2' }]);
      expect(rejections).toMatchObject([{ reason: 'quote', line: 3, byte: 8, got: '3,"4' }]);
    }
  });

  it('goes on after an unclosed quote when the next quote shows it up', async () => {
    const { fields, rejected } = await readTable(fileOf('a,b\n"open,1\n3,4\n"five, six",7\n8,9\n'));
    expect(fields.map(({ a }) => a)).toEqual(['3', 'five, six', '8']);
    expect(rejected).toEqual(['quote@2']);
  });

  it('goes on after an unclosed quote in a table that has no other quote for longer than a record may be', async () => {
    const lines = Array.from({ length: 500 }, (_, i) => `${i},x`);
    const { fields, rejected } = await readTable(fileOf(`a,b\n1,2\n"open,3\n${lines.join('\n')}\n`), {
      maxRecordBytes: 1_000,
    });
    expect(rejected).toEqual(['quote@3']);
    expect(fields).toHaveLength(501);
    expect(fields.at(-1)).toEqual({ a: '499', b: 'x' });
  });

  it.each([
    ['unquoted', (long: string) => `${long},2`],
    ['quoted', (long: string) => `"${long}",2`],
    ['a last field', (long: string) => `2,${long}`],
  ])('rejects a field of 5 MB and goes on: %s', async (_name, record) => {
    const { fields, values, rejections } = await readTable(fileOf(`a,b\n1,2\n${record('x'.repeat(5_000_000))}\n3,4\n`));
    expect(fields).toEqual([
      { a: '1', b: '2' },
      { a: '3', b: '4' },
    ]);
    expect(values[1]).toMatchObject({ id: 2, line: 4 });
    expect(rejections).toMatchObject([
      { reason: 'oversize', id: 1, line: 3, byte: 8, expected: 'at most 1048576 bytes' },
    ]);
    expect(Array.from(rejections[0]?.got ?? '')).toHaveLength(80);
  });

  it('takes a record of exactly the limit and rejects one byte more', async () => {
    const record = (size: number): string => `${'x'.repeat(size - 2)},1`;
    const { fields, rejected } = await readTable(fileOf(`a,b\n${record(50)}\n${record(51)}\n${record(50)}\r\n3,4`), {
      maxRecordBytes: 50,
    });
    expect(rejected).toEqual(['oversize@3']);
    expect(fields).toHaveLength(3);
  });

  it('rejects records that are not UTF-8, and those alone', async () => {
    const path = fileOf(
      bytes(
        'a,b\n1,é\n',
        [0xff],
        ',2\n"',
        [0xc3],
        '",3\nok,�\n4,',
        [0xed, 0xa0, 0x80],
        '\n"quoted, ok",5\n6,',
        [0xf0, 0x9f, 0x98, 0x80],
        '\n',
      ),
    );
    const { fields, rejected, rejections } = await readTable(path);
    expect(fields).toEqual([
      { a: '1', b: 'é' },
      { a: 'ok', b: '�' },
      { a: 'quoted, ok', b: '5' },
      { a: '6', b: '😀' },
    ]);
    expect(rejected).toEqual(['encoding@3', 'encoding@4', 'encoding@6']);
    expect(rejections[0]).toMatchObject({ expected: 'UTF-8', got: '�,2', id: 1 });
  });

  it('shortens what it quotes to 80 characters, without cutting one', async () => {
    const { rejections } = await readTable(fileOf(`a,b\n${'😀'.repeat(100)}\n${'é'.repeat(80)}\n`));
    expect(rejections.map(({ got }) => got)).toEqual([`${'😀'.repeat(79)}…`, 'é'.repeat(80)]);
  });

  it('hands rejections to a Subject', async () => {
    const rejections = new Subject<Rejection>();
    const seen: (number | undefined)[] = [];
    rejections.subscribe(({ line }) => seen.push(line));
    await collect(fetchCsv(fileOf('a,b\n1\n2,3\n4\n'), { rejections }));
    expect(seen).toEqual([2, 4]);
  });

  it('ends with the error that the dead letter throws, without a row after it', async () => {
    const limit = new Error('too many');
    const { fields, error } = await readTable(fileOf('a,b\n1,2\n3\n4,5\n'), {
      rejections: {
        next: () => {
          throw limit;
        },
      },
    });
    expect(error).toBe(limit);
    expect(fields).toEqual([{ a: '1', b: '2' }]);
  });

  it('ends at the first rejection where nobody takes them', async () => {
    const path = fileOf('a,b\n1,2\n3\n4,5\n');
    const { code, message, fields } = await readTable(path, { rejections: undefined });
    expect(code).toBe('HW_REJECTIONS');
    expect(message).toContain(`${path}:3: ragged`);
    expect(fields).toHaveLength(1);
  });
});
