import { existsSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGzip, gzipSync } from 'node:zlib';
import { asyncScheduler, count, lastValueFrom, take, tap, type SchedulerAction, type SchedulerLike } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { fetchCsv } from '../../src/streams/fetchCsv.js';
import { valve } from '../../src/streams/valve.js';
import { fileOf, scratch } from './scratch.js';
import { serve, serveBody, serveRaw } from './servers.js';

const bodyOf = (rows: number): string => `a,b\n${Array.from({ length: rows }, (_, i) => `${i},xyz\n`).join('')}`;

/** What this process has open, as the system names it. */
const openFiles = (): readonly string[] =>
  readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)];
    } catch {
      return [];
    }
  });

const handles = (path: string): number => openFiles().filter((open) => open === path).length;

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await sleep(5);
};

/** A table without an end, and how much of it the server could get rid of. */
const endless = async (zipped = false): Promise<{ origin: string; sent: () => number; closed: () => boolean }> => {
  let sent = 0;
  let closed = false;
  const chunk = '0123456789,0123456789012345678901234567890123456789\n'.repeat(300);
  const origin = await serve((_request, response: ServerResponse) => {
    response.on('close', () => (closed = true));
    response.writeHead(200, zipped ? { 'content-encoding': 'gzip' } : {});
    const out = zipped ? createGzip({ level: 0 }) : response;
    if (zipped) out.pipe(response);
    out.write('a,b\n');
    const more = (): void => {
      if (closed) return;
      sent += chunk.length;
      if (out.write(chunk)) setImmediate(more);
      else out.once('drain', more);
    };
    more();
  });
  return { origin, sent: () => sent, closed: () => closed };
};

describe('fetchCsv: leaving', () => {
  it('aborts at once: nothing more is emitted, and the server sees the close', async () => {
    const { origin, closed } = await endless();
    let rows = 0;
    await new Promise<void>((resolve) => {
      const subscription = fetchCsv(origin).subscribe(() => {
        if (++rows !== 1_000) return;
        subscription.unsubscribe();
        resolve();
      });
    });
    await until(closed);
    expect(rows).toBe(1_000);
  });

  it('aborts before the server has answered', async () => {
    let arrived = false;
    let closed = false;
    const origin = await serveRaw((socket) => {
      arrived = true;
      socket.on('close', () => (closed = true));
    });
    const subscription = fetchCsv(origin).subscribe();
    await until(() => arrived);
    subscription.unsubscribe();
    await until(() => closed);
    expect(closed).toBe(true);
  });

  it('aborts while the valve is closed, and while the server keeps it waiting', async () => {
    const { origin, closed } = await endless();
    const brake = valve();
    brake.hold();
    const subscription = fetchCsv(origin, { valve: brake }).subscribe();
    await sleep(100);
    expect(closed()).toBe(false);
    subscription.unsubscribe();
    await until(closed);

    let closedIdle = false;
    const idle = await serve((_request, response) => {
      response.on('close', () => (closedIdle = true));
      response.write('a,b\n1,2\n');
    });
    await lastValueFrom(fetchCsv(idle).pipe(take(1)));
    await until(() => closedIdle);
    expect(closedIdle).toBe(true);
  });

  it('hands no rejection over once it is left', async () => {
    const lines: (number | undefined)[] = [];
    await new Promise<void>((resolve) => {
      const subscription = fetchCsv(fileOf('a,b\n1\n2,2\n3\n4\n'), {
        rejections: { next: ({ line }) => void lines.push(line) },
      }).subscribe(() => {
        subscription.unsubscribe();
        resolve();
      });
    });
    await sleep(20);
    expect(lines).toEqual([2]);
  });

  it('lets go of an answer that redirects while the body is still being read', async () => {
    let closed = false;
    const { origin } = await endless();
    const moved = await serve((_request, response) => {
      response.on('close', () => (closed = true));
      response.writeHead(302, { location: origin }).write('moved');
    });
    const subscription = fetchCsv(moved).subscribe();
    await until(() => closed);
    expect(subscription.closed).toBe(false);
    subscription.unsubscribe();
  });

  it.skipIf(process.platform !== 'linux')(
    'closes an unfinished snapshot when it is left behind a closed valve',
    async () => {
      const { origin } = await endless();
      const snapshotDir = scratch();
      const open = (): number => openFiles().filter((path) => path.startsWith(snapshotDir)).length;
      const brake = valve();
      const subscription = fetchCsv(origin, { valve: brake, snapshotDir }).subscribe(() => brake.hold());
      await until(() => !brake.isOpen);
      await sleep(50);
      expect(open()).toBe(1);
      subscription.unsubscribe();
      await until(() => open() === 0);
      expect(readdirSync(snapshotDir)).toEqual([]);
    },
  );

  it('makes no request when it is left at once', async () => {
    let requests = 0;
    const origin = await serve((_request, response) => {
      requests++;
      response.end('a\n1\n');
    });
    fetchCsv(origin).subscribe().unsubscribe();
    await sleep(50);
    expect(requests).toBe(0);
  });

  it.skipIf(process.platform !== 'linux')('leaves no file open, however a pass ends', async () => {
    const path = fileOf(bodyOf(100_000));
    const zipped = fileOf(gzipSync(bodyOf(100_000)), 'x.csv.gz');
    for (const source of [path, zipped]) {
      await lastValueFrom(fetchCsv(source));
      await lastValueFrom(fetchCsv(source).pipe(take(1)));
      fetchCsv(source).subscribe().unsubscribe();
      await new Promise<void>((resolve) => fetchCsv(source, { columns: ['no'] }).subscribe({ error: () => resolve() }));
      let most = 0;
      const subscription = fetchCsv(source).subscribe(() => (most = Math.max(most, handles(source))));
      await until(() => most > 0);
      subscription.unsubscribe();
      await until(() => handles(source) === 0);
      expect(handles(source)).toBe(0);
    }
  });

  it.skipIf(process.platform !== 'linux')('leaves no socket open, however a pass ends', async () => {
    const sockets = (): number => openFiles().filter((open) => open.startsWith('socket:')).length;
    const origin = await serve((request, response) => {
      if (request.url === '/moved') response.writeHead(302, { location: '/' }).end('x'.repeat(100_000));
      else if (request.url === '/404') response.writeHead(404).end('x'.repeat(100_000));
      else response.end(bodyOf(1_000));
    });
    const before = sockets();
    const end = (path: string): Promise<void> =>
      new Promise((resolve) => fetchCsv(`${origin}${path}`).subscribe({ error: () => resolve(), complete: resolve }));
    for (const path of ['/', '/moved', '/404']) await end(path);
    await lastValueFrom(fetchCsv(origin).pipe(take(1)));
    // Both ends are in this process.
    await until(() => sockets() <= before);
    expect(sockets()).toBeLessThanOrEqual(before);
  });
});

describe('fetchCsv: the valve', () => {
  it('emits not one row after the valve closes, not even when it is closed within next', async () => {
    const brake = valve();
    const seen: number[] = [];
    let release: (() => void) | undefined;
    const done = new Promise<void>((resolve) => {
      fetchCsv(fileOf(bodyOf(5_000)), { valve: brake }).subscribe({
        next: ({ id }) => {
          expect(brake.isOpen).toBe(true);
          seen.push(id);
          if (id % 1_000 === 7) release = brake.hold();
        },
        complete: resolve,
      });
    });
    for (const stop of [7, 1_007, 2_007, 3_007, 4_007]) {
      await until(() => seen.at(-1) === stop);
      await sleep(20);
      expect(seen.at(-1)).toBe(stop);
      release?.();
    }
    await done;
    expect(seen).toEqual(Array.from({ length: 5_000 }, (_, i) => i));
  });

  it('goes on in the same loop when the valve is closed and opened within next', async () => {
    const brake = valve();
    let depth = 0;
    let deepest = 0;
    const rows$ = fetchCsv(fileOf(bodyOf(2_000)), { valve: brake }).pipe(
      tap(() => {
        depth++;
        deepest = Math.max(deepest, depth);
        brake.hold()();
        depth--;
      }),
    );
    expect(await lastValueFrom(rows$.pipe(count()))).toBe(2_000);
    expect(deepest).toBe(1);
  });

  it('starts with the valve closed, and reads nothing until it opens', async () => {
    const brake = valve();
    const release = brake.hold();
    let rows = 0;
    const done = new Promise<void>((resolve) =>
      fetchCsv(fileOf(bodyOf(10)), { valve: brake }).subscribe({ next: () => rows++, complete: resolve }),
    );
    await sleep(50);
    expect(rows).toBe(0);
    release();
    await done;
    expect(rows).toBe(10);
  });

  it('keeps rejections back too', async () => {
    const brake = valve();
    const release = brake.hold();
    const lines: (number | undefined)[] = [];
    const done = new Promise<void>((resolve) => {
      fetchCsv(fileOf('a,b\n1\n2\n'), {
        valve: brake,
        rejections: { next: ({ line }) => void lines.push(line) },
      }).subscribe({ complete: resolve });
    });
    await sleep(30);
    expect(lines).toEqual([]);
    release();
    await done;
    expect(lines).toEqual([2, 3]);
  });

  it.skipIf(process.platform !== 'linux')('reads a file no further than a few chunks ahead of the rows', async () => {
    const path = fileOf(bodyOf(1_000_000));
    const brake = valve();
    const subscription = fetchCsv(path, { valve: brake }).subscribe(({ id }) => {
      if (id === 100) brake.hold();
    });
    await until(() => !brake.isOpen);
    await sleep(100);
    const fd = readdirSync('/proc/self/fd').find(
      (name) => existsSync(`/proc/self/fd/${name}`) && readlinkSync(`/proc/self/fd/${name}`) === path,
    );
    const position = Number(/^pos:\s+(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd ?? ''}`, 'utf8'))?.[1]);
    expect(position).toBeGreaterThan(1_000);
    expect(position).toBeLessThanOrEqual(5 * 65_536);
    subscription.unsubscribe();
  });

  it.each([
    ['plain', false],
    ['gzip', true],
  ])('stops reading from the network while the valve is closed: %s', async (_name, zipped) => {
    const { origin, sent } = await endless(zipped);
    const brake = valve();
    let rows = 0;
    let release: (() => void) | undefined;
    const subscription = fetchCsv(origin, { valve: brake }).subscribe(() => {
      if (++rows === 100) release = brake.hold();
    });
    await until(() => release !== undefined);
    let before = -1;
    while (before !== sent()) {
      before = sent();
      await sleep(200);
    }
    // What the sockets of both ends take without anyone reading is the system's affair (several MB on loopback); it
    // must stop there.
    await sleep(300);
    expect(sent()).toBe(before);
    expect(rows).toBe(100);
    release?.();
    await until(() => rows > 10_000);
    subscription.unsubscribe();
  });

  it('does not count the time behind a closed valve as the server being late', async () => {
    const { origin } = await endless();
    const brake = valve();
    let rows = 0;
    let error: unknown;
    let release: (() => void) | undefined;
    const subscription = fetchCsv(origin, { valve: brake, bodyTimeout: 100 }).subscribe({
      next: () => {
        if (++rows === 100) release = brake.hold();
      },
      error: (caught: unknown) => (error = caught),
    });
    await until(() => release !== undefined);
    await sleep(1_500);
    release?.();
    await until(() => rows > 50_000 || error !== undefined);
    expect(error).toBeUndefined();
    subscription.unsubscribe();
  });
});

describe('fetchCsv: the event loop', () => {
  it('has its turn while a slow synchronous consumer works', async () => {
    const origin = await serveBody(bodyOf(400));
    let most = 0;
    let rows = 0;
    const watch = setInterval(() => (rows = 0), 1);
    // At least 2 ms for a row. A slower machine does fewer rows in a turn.
    const slow = tap(() => {
      most = Math.max(most, ++rows);
      const end = performance.now() + 2;
      while (performance.now() < end);
    });
    expect(await lastValueFrom(fetchCsv(origin).pipe(slow, count()))).toBe(400);
    clearInterval(watch);
    expect(most).toBeLessThanOrEqual(50);
  });

  it('yields through the scheduler that it is given, after the time that it is given', async () => {
    let now = 0;
    let rows = 0;
    const turns: number[] = [];
    const scheduler: Pick<typeof asyncScheduler, 'now' | 'schedule'> = {
      now: () => now,
      schedule: <T>(work: (this: SchedulerAction<T>, state?: T) => void, delay?: number, state?: T) => {
        turns.push(rows);
        return asyncScheduler.schedule(work, delay, state);
      },
    };
    await lastValueFrom(
      fetchCsv(fileOf(bodyOf(100)), { scheduler, yieldAfter: 10 }).pipe(
        tap(() => {
          rows++;
          now += 1;
        }),
      ),
    );
    expect(turns).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
  });

  it('never yields where it is told so', async () => {
    const never: SchedulerLike = {
      now: () => Date.now(),
      schedule: () => {
        throw new Error('yielded');
      },
    };
    expect(
      await lastValueFrom(fetchCsv(fileOf(bodyOf(1_000)), { scheduler: never, yieldAfter: Infinity }).pipe(count())),
    ).toBe(1_000);
  });
});
