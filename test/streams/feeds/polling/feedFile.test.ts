import { appendFileSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { asyncScheduler, firstValueFrom, lastValueFrom, type SchedulerLike, Subject, toArray, filter } from 'rxjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { LiveHeadline, SourceEvent } from '../../../../src/contracts/live/Live.js';
import type { Rejection } from '../../../../src/contracts/rows/Rejection.js';
import { feedFile, type FeedFileOptions } from '../../../../src/streams/feeds/polling/feedFile.js';
import { valve } from '../../../../src/streams/valve.js';
import { rssOf } from '../../../cli/feedServer.js';
import { scratchFolder } from '../../../examples/headlines.js';

/** Watches a file until the test ends: its titles, and what is told of it. */
const watching = (path: string, options: FeedFileOptions = {}) => {
  const titles: string[] = [];
  const events: SourceEvent[] = [];
  const event$ = new Subject<SourceEvent>();
  const told = {
    next: (event: SourceEvent) => {
      events.push(event);
      event$.next(event);
    },
  };
  const subscription = feedFile(path, { intervalMs: 5, events: told, ...options }).subscribe(({ title }) =>
    titles.push(title),
  );
  onTestFinished(() => subscription.unsubscribe());
  const next = (type: SourceEvent['type']) => firstValueFrom(event$.pipe(filter((event) => event.type === type)));
  return { titles, events, next };
};

const once = (path: string, options: FeedFileOptions = {}): Promise<readonly LiveHeadline[]> =>
  lastValueFrom(feedFile(path, { once: true, ...options }).pipe(toArray()));

describe('feedFile', () => {
  it('gives the items from the last to the first, once', async () => {
    const path = join(scratchFolder(), 'feed.xml');
    writeFileSync(
      path,
      '<rss version="2.0"><channel><item><title>Late ' +
        'goal</title></item><item><title>Rain</title></item></channel></rss>',
    );
    const headlines = await once(path);
    expect(headlines.map(({ id, title, source }) => [id, title, source])).toEqual([
      [0, 'Rain', path],
      [1, 'Late goal', path],
    ]);
  });

  it('reads it again when it has changed, and only then', async () => {
    const path = join(scratchFolder(), 'feed.xml');
    writeFileSync(path, rssOf(['a']));
    const { titles, events, next } = watching(path);
    await next('read');
    await next('unchanged');
    await next('unchanged');
    expect(titles).toEqual(['a']);
    writeFileSync(path, rssOf(['bb', 'a']));
    await next('read');
    expect(titles).toEqual(['a', 'a', 'bb']);
    expect(events.filter(({ type }) => type === 'read')).toMatchObject([
      { items: 1, nextInMs: 5, source: path },
      { items: 2 },
    ]);
  });

  it('reads it once a day, even if its size and time have stayed', async () => {
    const path = join(scratchFolder(), 'feed.xml');
    const at = new Date(0);
    const write = (title: string): void => {
      writeFileSync(path, rssOf([title]));
      utimesSync(path, at, at);
    };
    write('a');
    let now = 1_000_000;
    const scheduler: SchedulerLike = { now: () => now, schedule: asyncScheduler.schedule.bind(asyncScheduler) };
    const { titles, next } = watching(path, { scheduler });
    await next('unchanged');
    write('b');
    await next('unchanged');
    expect(titles).toEqual(['a']);
    now += 86_400_000;
    await next('read');
    // The clock was set back, so nobody knows how long ago that was.
    write('c');
    now = 0;
    await next('read');
    expect(titles).toEqual(['a', 'b', 'c']);
  });

  it('waits for a file that is not there, or is no feed, and says so', async () => {
    const path = join(scratchFolder(), 'feed.xml');
    const { titles, next } = watching(path);
    expect(await next('failed')).toMatchObject({ code: 'HW_PATH', nextInMs: 5 });
    writeFileSync(path, 'no feed');
    let failed = await next('failed');
    while (failed.type === 'failed' && failed.code === 'HW_PATH') failed = await next('failed');
    expect(failed).toMatchObject({ code: 'HW_FEED' });
    // As long as it is none: not that it has not changed.
    expect(await next('failed')).toMatchObject({ code: 'HW_FEED' });
    writeFileSync(path, rssOf(['a']));
    await next('read');
    expect(titles).toEqual(['a']);
    rmSync(path);
    mkdirSync(path);
    expect(await next('failed')).toMatchObject({ code: 'HW_PATH' });
  });

  it.each([
    [
      'a page',
      '<html><head><link rel="alternate" type="application/rss+xml" href="feed.xml"></head></html>',
      'HW_FEED',
    ],
    ['more than it may have', rssOf(['a'.repeat(500)]), 'HW_OVERFLOW'],
  ])('refuses %s, and completes where it is read once', async (_what, body, code) => {
    const path = join(scratchFolder(), 'feed.xml');
    writeFileSync(path, body);
    const events: SourceEvent[] = [];
    expect(await once(path, { maxBytes: 400, events: { next: (event) => events.push(event) } })).toEqual([]);
    expect(events).toMatchObject([{ type: 'failed', code, nextInMs: undefined }]);
  });

  it('rejects items that cannot be read, or ends with the first where nobody is told', async () => {
    const path = join(scratchFolder(), 'feed.xml');
    writeFileSync(path, rssOf(['a', '', 'b']));
    const rejections: Rejection[] = [];
    expect(
      (await once(path, { rejections: { next: (rejection) => rejections.push(rejection) } })).map(({ title }) => title),
    ).toEqual(['b', 'a']);
    expect(rejections).toMatchObject([{ reason: 'item', field: 'title', source: path }]);
    await expect(once(path)).rejects.toMatchObject({ code: 'HW_REJECTIONS' });
  });

  it('rejects an item once for as long as it stays in the file', async () => {
    const path = join(scratchFolder(), 'feed.xml');
    writeFileSync(path, rssOf(['a', '']));
    const rejections: Rejection[] = [];
    const { next } = watching(path, { rejections: { next: (rejection) => rejections.push(rejection) } });
    await next('read');
    writeFileSync(path, rssOf(['a', '', 'more']));
    await next('read');
    expect(rejections).toHaveLength(1);
    writeFileSync(path, rssOf(['a']));
    await next('read');
    writeFileSync(path, rssOf(['a', '']));
    await next('read');
    expect(rejections).toHaveLength(2);
  });

  it('says of a file that was changed while it was read that it is read again', async () => {
    const path = join(scratchFolder(), 'feed.xml');
    // So long that it takes many turns to read, in each of which it changes.
    writeFileSync(path, `${rssOf(['a'])}${' '.repeat(5_000_000)}`);
    const { events, titles, next } = watching(path);
    const append = (): void => {
      if (events.length > 0) return;
      appendFileSync(path, ' ');
      setImmediate(append);
    };
    append();
    expect(await next('failed')).toMatchObject({
      code: 'HW_SOURCE_CHANGED',
      message: `${path} was changed while it was read; it is read again.`,
      nextInMs: 5,
    });
    await next('read');
    expect(titles).toEqual(['a']);
  });

  it('does not look at the file while the valve is closed', async () => {
    const brake = valve();
    const release = brake.hold();
    const { events, next } = watching(join(scratchFolder(), 'feed.xml'), { valve: brake });
    await sleep(50);
    expect(events).toEqual([]);
    const failed = next('failed');
    release();
    expect(await failed).toMatchObject({ code: 'HW_PATH' });
  });

  it('emits nothing while the valve is closed', async () => {
    const path = join(scratchFolder(), 'feed.xml');
    writeFileSync(path, rssOf(['a', 'b', 'c']));
    const brake = valve();
    const titles: string[] = [];
    const held: string[] = [];
    await new Promise<void>((done) => {
      feedFile(path, { once: true, valve: brake }).subscribe({
        next: ({ title }) => {
          titles.push(title);
          if (titles.length !== 2) return;
          const release = brake.hold();
          setImmediate(() => {
            held.push(...titles);
            release();
          });
        },
        complete: done,
      });
    });
    expect(held).toEqual(['c', 'b']);
    expect(titles).toEqual(['c', 'b', 'a']);
  });
});
