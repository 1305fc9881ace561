import { readdirSync, renameSync, copyFileSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { lastValueFrom, tap } from 'rxjs';
import { count } from 'rxjs/operators';
import { expect, it } from 'vitest';
import { fetchTable } from '../../../src/streams/fetchTable.js';
import { scratch } from '../scratch.js';
import { serve } from '../servers.js';
import { zipOf } from '../zipOf.js';

const ROWS = 20_000;

const parquet = (): Uint8Array =>
  new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: 'title', data: Array.from({ length: ROWS }, (_, i) => `headline ${i}`), type: 'STRING' },
        { name: 'category', data: Array<string>(ROWS).fill('World'), type: 'STRING' },
      ],
      rowGroupSize: 1000,
    }),
  );

const zip = (): Uint8Array =>
  zipOf({ 't.csv': `title,category\n${Array.from({ length: ROWS }, (_, i) => `headline ${i},World\n`).join('')}` });

it.each([
  ['a Parquet file', parquet],
  ['a zip archive', zip],
])('of %s is read while another process uses or writes it too', async (_, bytes) => {
  const body = bytes();
  const url = await serve((_request, response) => response.end(body));
  const snapshotDir = scratch();
  const rows = async (meanwhile: (path: string) => void): Promise<number> => {
    let begun = false;
    return lastValueFrom(
      fetchTable(url, { snapshotDir }).pipe(
        tap(() => {
          if (begun) return;
          begun = true;
          const [name = ''] = readdirSync(snapshotDir).filter((file) => file.endsWith('.csv'));
          meanwhile(join(snapshotDir, name));
        }),
        count(),
      ),
    );
  };
  // What a run does that found the table unchanged.
  expect(await rows((path) => utimesSync(path, 1e9, 1e9))).toBe(ROWS);
  // What a run does that downloaded the same table.
  expect(
    await rows((path) => {
      copyFileSync(path, `${path}.again`);
      renameSync(`${path}.again`, path);
    }),
  ).toBe(ROWS);
  // What headwater cache prune does.
  const ended = await rows((path) => rmSync(path)).catch((error: unknown) => error);
  if (ended !== ROWS) expect(ended).toMatchObject({ code: 'HW_SNAPSHOT' });
});
