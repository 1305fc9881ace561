import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { lastValueFrom, take, toArray, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { SourceRow } from '../../src/contracts/rows/Row.js';
import { fetchCsv } from '../../src/streams/fetchCsv.js';
import type { Snapshot } from '../../src/streams/bodies/keepSnapshot.js';
import { collect } from './collect.js';
import { fileOf, scratch } from './scratch.js';
import { serve, serveRaw } from './servers.js';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const codeOf = async (rows$: Observable<SourceRow>): Promise<unknown> =>
  ((await collect(rows$)).error as { code?: string } | undefined)?.code;
/** The snapshots of a folder. */
const kept = (directory: string): readonly string[] => readdirSync(directory).filter((name) => name.endsWith('.csv'));
const bodyOf = (rows: number): string => `a,b\n${Array.from({ length: rows }, (_, i) => `${i},x\n`).join('')}`;

describe('fetchCsv: a file that is read more than once', () => {
  it('gives equal rows in every pass', async () => {
    const rows$ = fetchCsv(fileOf(bodyOf(3_000)));
    const first = await lastValueFrom(rows$.pipe(toArray()));
    expect(first).toHaveLength(3_000);
    expect(await lastValueFrom(rows$.pipe(toArray()))).toEqual(first);
  });

  it('errs with HW_SOURCE_CHANGED in a pass over a file that has changed', async () => {
    const path = fileOf(bodyOf(3));
    const rows$ = fetchCsv(path);
    expect((await collect(rows$)).values).toHaveLength(3);
    appendFileSync(path, '9,y\n');
    expect(await collect(rows$)).toMatchObject({ values: [], error: { code: 'HW_SOURCE_CHANGED' } });
    writeFileSync(path, bodyOf(3));
    utimesSync(path, 1, 1);
    expect(await codeOf(rows$)).toBe('HW_SOURCE_CHANGED');
    // Another Observable knows nothing of it.
    expect((await collect(fetchCsv(path))).values).toHaveLength(3);
  });

  it('errs with HW_SOURCE_CHANGED in a pass over a file that was removed', async () => {
    const path = fileOf(bodyOf(3));
    const rows$ = fetchCsv(path);
    expect((await collect(rows$)).values).toHaveLength(3);
    rmSync(path);
    expect((await collect(rows$)).error).toMatchObject({
      code: 'HW_SOURCE_CHANGED',
      message: `${path} was removed while it was in use, and it is read more than once. Put it back, start again, and leave it there meanwhile.`,
    });
    expect(await codeOf(fetchCsv(path))).toBe('HW_PATH');
  });

  it('errs with HW_SOURCE_CHANGED when the file changes under its reader', async () => {
    const path = fileOf(bodyOf(30_000));
    let changed = false;
    const { error } = await new Promise<{ error: unknown }>((resolve) => {
      fetchCsv(path).subscribe({
        next: () => {
          if (!changed) appendFileSync(path, '1,late\n');
          changed = true;
        },
        error: (error: unknown) => resolve({ error }),
        complete: () => resolve({ error: undefined }),
      });
    });
    expect(error).toMatchObject({ code: 'HW_SOURCE_CHANGED' });
  });

  it('holds a file to nothing before a pass over it was complete', async () => {
    const path = fileOf(bodyOf(3));
    const rows$ = fetchCsv(path);
    await lastValueFrom(rows$.pipe(take(1)));
    writeFileSync(path, bodyOf(5));
    expect((await collect(rows$)).values).toHaveLength(5);
  });

  it('tells the hash of the decoded bytes once, when the first pass is complete', async () => {
    const told: Snapshot[] = [];
    const path = fileOf(gzipSync(bodyOf(4)), 'table.csv.gz');
    const rows$ = fetchCsv(path, { onSnapshot: (snapshot) => told.push(snapshot) });
    await lastValueFrom(rows$.pipe(take(1)));
    expect(told).toEqual([]);
    await collect(rows$);
    await collect(rows$);
    expect(told).toEqual([{ path, sha256: sha256(bodyOf(4)), bytes: bodyOf(4).length }]);
  });

  it('ends with what onSnapshot throws', async () => {
    const error = new Error('no');
    const rows$ = fetchCsv(fileOf(bodyOf(2)), {
      onSnapshot: () => {
        throw error;
      },
    });
    const seen = await collect(rows$);
    expect(seen.error).toBe(error);
    expect(seen.values).toHaveLength(2);
  });
});

describe('fetchCsv: the snapshot of a body that comes over HTTP', () => {
  it('asks once, and reads the same bytes in every later pass', async () => {
    let requests = 0;
    const body = bodyOf(20_000);
    const origin = await serve((_request, response) => {
      requests++;
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(body));
    });
    const snapshotDir = join(scratch(), 'made', 'here');
    const told: Snapshot[] = [];
    const rows$ = fetchCsv(origin, { snapshotDir, onSnapshot: (snapshot) => told.push(snapshot) });
    const first = await lastValueFrom(rows$.pipe(toArray()));
    expect(first).toHaveLength(20_000);
    expect(await lastValueFrom(rows$.pipe(toArray()))).toEqual(first);
    expect(requests).toBe(1);
    expect(kept(snapshotDir)).toEqual([`${sha256(body)}.csv`]);
    expect(readFileSync(join(snapshotDir, `${sha256(body)}.csv`), 'utf8')).toBe(body);
    expect(told).toEqual([
      { path: join(snapshotDir, `${sha256(body)}.csv`), sha256: sha256(body), bytes: body.length },
    ]);
  });

  it('keeps a body as it is: the byte order mark, rejected records, the last line', async () => {
    const body = '\uFEFFa,b\r\n1\r\n"2,\n3,4';
    const snapshotDir = scratch();
    const rows$ = fetchCsv(await serve((_request, response) => response.end(body)), {
      snapshotDir,
      rejections: { next: () => undefined },
    });
    const first = await collect(rows$);
    expect(readFileSync(join(snapshotDir, `${sha256(body)}.csv`), 'utf8')).toBe(body);
    expect(await collect(rows$)).toEqual(first);
  });

  it('removes what it has written when the subscriber leaves early, at once, and asks again then', async () => {
    let requests = 0;
    const origin = await serve((_request, response) => {
      requests++;
      response.write(bodyOf(10_000));
    });
    const snapshotDir = scratch();
    const rows$ = fetchCsv(origin, { snapshotDir });
    let leftAt: readonly string[] = [];
    await new Promise<void>((resolve) => {
      const subscription = rows$.subscribe(({ id }) => {
        if (id !== 5_000) return;
        expect(readdirSync(snapshotDir)).toEqual([expect.stringMatching(/\.tmp$/)]);
        subscription.unsubscribe();
        leftAt = readdirSync(snapshotDir);
        resolve();
      });
    });
    expect(leftAt).toEqual([]);
    await sleep(50);
    expect(readdirSync(snapshotDir)).toEqual([]);
    await lastValueFrom(rows$.pipe(take(1)));
    expect(requests).toBe(2);
    await sleep(50);
    expect(readdirSync(snapshotDir)).toEqual([]);
  });

  it('removes what it has written when the body breaks off, or is no table that was asked for', async () => {
    const snapshotDir = scratch();
    const cut = await serveRaw((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n${bodyOf(1_000)}`);
      setTimeout(() => socket.destroy(), 50);
    });
    expect(await codeOf(fetchCsv(cut, { snapshotDir, maxRetries: 0 }))).toBe('HW_HTTP_CUT');
    const other = await serve((_request, response) => response.end(bodyOf(10)));
    expect(await codeOf(fetchCsv(other, { snapshotDir, columns: ['title'] }))).toBe('HW_COLUMNS');
    const empty = await serve((_request, response) => response.end());
    expect(await codeOf(fetchCsv(empty, { snapshotDir }))).toBe('HW_EMPTY');
    await sleep(50);
    expect(readdirSync(snapshotDir)).toEqual([]);
  });

  it('lets two subscribers at once each make the pass, and keeps one file', async () => {
    const origin = await serve((_request, response) => response.end(bodyOf(100)));
    const snapshotDir = scratch();
    const rows$ = fetchCsv(origin, { snapshotDir });
    const [a, b] = await Promise.all([collect(rows$), collect(rows$)]);
    expect(a.values).toHaveLength(100);
    expect(b).toEqual(a);
    expect(kept(snapshotDir)).toHaveLength(1);
  });

  it('errs with HW_SNAPSHOT for a snapshot that was changed or removed', async () => {
    const origin = await serve((_request, response) => response.end(bodyOf(100)));
    const snapshotDir = scratch();
    const rows$ = fetchCsv(origin, { snapshotDir });
    await collect(rows$);
    const path = join(snapshotDir, kept(snapshotDir)[0] ?? '');
    writeFileSync(path, bodyOf(100).replace('7,x', '8,x'));
    expect(await codeOf(rows$)).toBe('HW_SNAPSHOT');
    rmSync(path);
    expect(await codeOf(rows$)).toBe('HW_SNAPSHOT');
    expect(existsSync(path)).toBe(false);
  });

  it('errs with HW_SNAPSHOT where it cannot write', async () => {
    const origin = await serve((_request, response) => response.end(bodyOf(100)));
    expect(await codeOf(fetchCsv(origin, { snapshotDir: join(fileOf('x'), 'below') }))).toBe('HW_SNAPSHOT');
    const locked = scratch();
    chmodSync(locked, 0o500);
    // Root may write anywhere.
    if (process.getuid?.() !== 0) expect(await codeOf(fetchCsv(origin, { snapshotDir: locked }))).toBe('HW_SNAPSHOT');
    chmodSync(locked, 0o700);
  });
});

describe('fetchCsv: what can be read only once', () => {
  it.skipIf(process.platform === 'win32')('keeps the body of a pipe in the snapshot folder', async () => {
    const pipe = join(scratch(), 'pipe');
    execFileSync('mkfifo', [pipe]);
    const rows$ = fetchCsv(pipe, { snapshotDir: scratch() });
    const writing = writeFile(pipe, bodyOf(100));
    const first = await collect(rows$);
    await writing;
    expect(first.values).toHaveLength(100);
    expect(await collect(rows$)).toEqual(first);
  });
});
