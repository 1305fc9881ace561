import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { lastValueFrom, map, toArray } from 'rxjs';
import { expect, it } from 'vitest';
import { fetchCsv } from '../../src/streams/fetchCsv.js';
import { describeWithShared, newsCsv } from '../shared.js';
import { serveBody } from './servers.js';

describeWithShared('fetchCsv on the real headlines', () => {
  it('reads what csv-parse reads, from disk and over HTTP, each record at its byte and line', async () => {
    const body = readFileSync(newsCsv);
    const theirs = parse<Record<string, string>>(body, { columns: true, info: false });
    expect(theirs.length).toBeGreaterThan(10_000);
    const starts = (byte: number): boolean => body[byte - 1] === 0x0a;
    for (const source of [newsCsv, await serveBody(body)]) {
      const ours = await lastValueFrom(fetchCsv(source, { columns: ['title', 'category'] }).pipe(toArray()));
      expect(ours.map(({ fields }) => ({ ...fields }))).toEqual(theirs);
      expect(ours.map(({ id }) => id)).toEqual(theirs.map((_, i) => i));
      expect(ours.every(({ byte }) => starts(byte))).toBe(true);
      expect(ours.every(({ id, line }) => line === id + 2)).toBe(true);
    }
  });

  it('gives equal rows in every pass', async () => {
    const fields$ = fetchCsv(newsCsv).pipe(
      map(({ fields }) => fields['title']),
      toArray(),
    );
    expect(await lastValueFrom(fields$)).toEqual(await lastValueFrom(fields$));
  });
});
