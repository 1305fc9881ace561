import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { EMPTY, firstValueFrom, lastValueFrom, NEVER, Observable, of, range, Subject, throwError } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Valve } from '../../src/contracts/flow/Valve.js';
import { jsonLines } from '../../src/sinks/jsonLines.js';
import { FakeStream, systemError } from './FakeStream.js';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headwater-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

/** Not `once` of node:events, which fails on the error that comes before. */
const closed = (stream: Writable): Promise<void> => new Promise((resolve) => stream.once('close', () => resolve()));

const ended = (result$: Observable<never>): Promise<unknown> => lastValueFrom(result$, { defaultValue: 'complete' });

/** Node has told every listener of what happened before. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('jsonLines', () => {
  it('refuses a limit that lets nothing wait', () => {
    expect(() => jsonLines(new PassThrough(), { limit: 0 })).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
    expect(() => jsonLines(new PassThrough(), { limit: NaN })).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  });

  it('has written a whole file when it completes', async () => {
    const path = join(dir, 'events.jsonl');
    await ended(range(0, 20_000).pipe(jsonLines(createWriteStream(path), { end: true })));
    const lines = (await readFile(path, 'utf8')).split('\n');
    expect(lines.length).toBe(20_001);
    expect(lines.slice(0, -1).map((line) => JSON.parse(line) as number)).toEqual(
      Array.from({ length: 20_000 }, (_, i) => i),
    );
  });

  it('ends a file of its own when the source fails, and when it is left', async () => {
    const first = createWriteStream(join(dir, 'failed.jsonl'));
    const failure = new Error('the source broke');
    await expect(ended(throwError(() => failure).pipe(jsonLines(first, { end: true })))).rejects.toBe(failure);
    expect(first.writableFinished).toBe(true);
    const second = createWriteStream(join(dir, 'left.jsonl'));
    NEVER.pipe(jsonLines(second, { end: true }))
      .subscribe()
      .unsubscribe();
    expect(second.writableEnded).toBe(true);
    await once(second, 'close');
  });

  it('says HW_WRITE when a file cannot be opened, even where no line comes', async () => {
    await expect(
      ended(NEVER.pipe(jsonLines(createWriteStream(join(dir, 'missing', 'events.jsonl'))))),
    ).rejects.toMatchObject({ code: 'HW_WRITE', cause: { code: 'ENOENT' } });
    await expect(ended(EMPTY.pipe(jsonLines(createWriteStream(dir), { end: true })))).rejects.toMatchObject({
      code: 'HW_WRITE',
      cause: { code: 'EISDIR' },
    });
  });

  it('says HW_WRITE of a stream that was ended or destroyed before', async () => {
    const over = new PassThrough();
    over.end();
    await expect(ended(of(1).pipe(jsonLines(over)))).rejects.toMatchObject({ code: 'HW_WRITE' });
    const gone = new FakeStream();
    gone.destroy();
    await expect(ended(of(1).pipe(jsonLines(gone)))).rejects.toMatchObject({ code: 'HW_WRITE' });
  });

  it('says HW_WRITE when a stream is destroyed while lines wait in it', async () => {
    const stream = new FakeStream({ slow: true });
    const result = ended(of(1, 2).pipe(jsonLines(stream)));
    stream.destroy();
    await expect(result).rejects.toMatchObject({ code: 'HW_WRITE' });
  });

  it('completes on EPIPE however the stream reports it: in a write, and to those who come later', async () => {
    const pipe = new Writable({ write: (_chunk, _encoding, done) => done(systemError('EPIPE')) });
    const values$ = new Subject<number>();
    const result = ended(values$.pipe(jsonLines(pipe)));
    values$.next(1);
    await expect(result).resolves.toBe('complete');
    expect(values$.observed).toBe(false);
    await nextTurn();
    await expect(ended(of(2).pipe(jsonLines(pipe)))).resolves.toBe('complete');
  });

  it('does not end the process when a write fails after it was left', async () => {
    let fail = (): void => undefined;
    const stream = new Writable({
      write: (_chunk, _encoding, done) => void (fail = () => done(systemError('ECONNRESET'))),
    });
    const values$ = new Subject<number>();
    const subscription = values$.pipe(jsonLines(stream)).subscribe();
    values$.next(1);
    subscription.unsubscribe();
    fail();
    await nextTurn();
    expect(stream.destroyed).toBe(true);
  });

  it('does not end the process when a file of its own fails after it was left', async () => {
    const missing = createWriteStream(join(dir, 'missing', 'events.jsonl'));
    NEVER.pipe(jsonLines(missing, { end: true }))
      .subscribe()
      .unsubscribe();
    await closed(missing);
    expect(missing.errored).toMatchObject({ code: 'ENOENT' });
    // Left while it was ending by itself.
    let fail = (): void => undefined;
    const last = new Writable({
      write: (_chunk, _encoding, done) => done(),
      final: (done) => void (fail = () => done(systemError('ENOSPC'))),
    });
    const subscription = EMPTY.pipe(jsonLines(last, { end: true })).subscribe();
    await nextTurn();
    subscription.unsubscribe();
    fail();
    await closed(last);
    expect(last.errored).toMatchObject({ code: 'ENOSPC' });
  });

  it('writes the lines in the order of several subscribers without mixing them', async () => {
    const stream = new PassThrough();
    const values$ = new Subject<object>();
    const both = [values$.pipe(jsonLines(stream)), values$.pipe(jsonLines(stream))].map(ended);
    values$.next({ a: 1 });
    values$.next({ b: 2 });
    values$.complete();
    await Promise.all(both);
    expect((stream.read() as Buffer).toString()).toBe('{"a":1}\n{"a":1}\n{"b":2}\n{"b":2}\n');
  });

  it('keeps what waits in the stream within its bound: high-water mark, one line, and what comes after the valve closed', async () => {
    const highWaterMark = 1024;
    const line = `${JSON.stringify({ text: 'x'.repeat(100) })}\n`.length;
    let worst = 0;
    const stream: Writable = new Writable({
      highWaterMark,
      write: (_chunk, _encoding, done) => {
        worst = Math.max(worst, stream.writableLength);
        setImmediate(done);
      },
    });
    let resume = (): void => undefined;
    let open = true;
    const brake: Valve = {
      open$: NEVER,
      get isOpen() {
        return open;
      },
      hold: () => {
        open = false;
        return () => {
          open = true;
          resume();
        };
      },
    };
    // A source that reads on while the valve is open, as fast as it can.
    const source = new Observable<object>((subscriber) => {
      let sent = 0;
      resume = () => {
        while (open && sent < 500) {
          sent += 1;
          subscriber.next({ text: 'x'.repeat(100) });
        }
        if (sent === 500) subscriber.complete();
      };
      resume();
    });
    await ended(source.pipe(jsonLines(stream, { valve: brake })));
    expect(worst).toBeGreaterThan(line);
    expect(worst).toBeLessThanOrEqual(highWaterMark + line);
    expect(open).toBe(true);
  });

  it('leaves a valve alone that it does not need', async () => {
    let held = 0;
    const brake: Valve = { open$: NEVER, isOpen: true, hold: () => ((held += 1), () => undefined) };
    await ended(range(0, 10).pipe(jsonLines(new FakeStream(), { valve: brake })));
    expect(held).toBe(0);
    const slow = new FakeStream({ slow: true, highWaterMark: 1 });
    const result = firstValueFrom(of(1).pipe(jsonLines(slow, { valve: brake })), { defaultValue: 'complete' });
    slow.takeAll();
    await result;
    expect(held).toBe(1);
  });
});
