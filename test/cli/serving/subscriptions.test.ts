import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NEVER, Observable, Subject, type Subscriber } from 'rxjs';
import { afterAll, describe, expect, it } from 'vitest';
import { subscriptions } from '../../../src/cli/serving/subscriptions.js';
import { tokenFile } from '../../../src/cli/serving/tokenFile.js';
import { givenName, sourceName, watchedFeeds } from '../../../src/cli/live/watchedFeed.js';
import type { LiveHeadline } from '../../../src/contracts/live/Live.js';

const [A, B, OTHER] = ['https://a.example/1.xml', 'https://a.example/2.xml', 'https://b.example/feed'];

describe('the feeds of a server', () => {
  it('are polled by one poller, and what else there is is read by itself', () => {
    const [events, socket] = ['sse+https://a.example/news', 'wss://a.example/news'];
    const feeds = subscriptions(watchedFeeds([A, events, OTHER]));
    const log: string[] = [];
    const polling = feeds.polled$.subscribe((addresses) => log.push(addresses.join(' ')));
    const reading = feeds
      .read((other) => {
        const name = givenName(other);
        return new Observable<LiveHeadline>((subscriber: Subscriber<LiveHeadline>) => {
          log.push(`+ ${name}`);
          const never = NEVER.subscribe(subscriber);
          return () => {
            never.unsubscribe();
            log.push(`- ${name}`);
          };
        });
      })
      .subscribe();
    expect(log.splice(0)).toEqual([`${A} ${OTHER}`, `+ ${events}`]);
    expect(feeds.add(B)).toBe(true);
    expect(feeds.add(B)).toBe(false);
    expect(log.splice(0)).toEqual([`${A} ${OTHER} ${B}`]);
    expect(feeds.add(socket)).toBe(true);
    expect(feeds.remove(A)).toBe(true);
    expect(log.splice(0)).toEqual([`+ ${socket}`, `${OTHER} ${B}`]);
    expect(feeds.remove(events)).toBe(true);
    expect(log.splice(0)).toEqual([`- ${events}`]);
    expect(feeds.add(events)).toBe(true);
    expect(log.splice(0)).toEqual([`+ ${events}`]);
    reading.unsubscribe();
    polling.unsubscribe();
    expect(log.toSorted()).toEqual([`- ${events}`, `- ${socket}`]);
  });

  it('tell which of them are no longer read, and hide their passwords', () => {
    const feeds = subscriptions(watchedFeeds(['https://me:secret@a.example/1.xml', 'sse+https://b.example/news']));
    const removed: string[] = [];
    feeds.removed$.subscribe((feed) => void removed.push(sourceName(feed)));
    expect(feeds.addresses).toEqual([A, 'sse+https://b.example/news']);
    expect([feeds.remove(A), feeds.remove('sse+https://b.example/news'), feeds.remove(A)]).toEqual([true, true, false]);
    expect(removed).toEqual([A, 'https://b.example/news']);
    expect(feeds.toJSON().removed).toEqual(['https://me:secret@a.example/1.xml', 'sse+https://b.example/news']);
  });

  it('are the same after a restart, whatever was changed', () => {
    const feeds = subscriptions(watchedFeeds([A, OTHER]));
    let changes = 0;
    feeds.change$.subscribe(() => changes++);
    feeds.add(B);
    feeds.remove(A);
    expect(feeds.addresses).toEqual([OTHER, B]);
    expect(feeds.toJSON()).toEqual({ added: [B], removed: [A] });
    expect(changes).toBe(2);
    expect(subscriptions(watchedFeeds([A, OTHER]), feeds.toJSON()).addresses).toEqual([OTHER, B]);
    // What was taken back leaves nothing behind.
    feeds.add(A);
    feeds.remove(B);
    expect(feeds.toJSON()).toEqual({ added: [], removed: [] });
  });

  it('are of the same kind after a restart, and a stream is not the feed of its address', () => {
    const feeds = subscriptions(watchedFeeds([A]));
    const streams = [`sse+${A}`, 'wss://a.example/news', 'sse+https://me:secret@b.example/news'];
    for (const stream of streams) expect(feeds.add(stream)).toBe(true);
    expect(feeds.addresses).toEqual([A, ...streams.slice(0, 2), 'sse+https://b.example/news']);
    const again = subscriptions(watchedFeeds([A]), feeds.toJSON());
    const kinds: string[] = [];
    again
      .read(({ kind }) => {
        kinds.push(kind);
        return NEVER;
      })
      .subscribe();
    expect(kinds).toEqual(['events', 'socket', 'events']);
    expect(again.remove(A)).toBe(true);
    expect(again.addresses).toEqual([...streams.slice(0, 2), 'sse+https://b.example/news']);
    // What is listed is what can be removed.
    for (const address of again.addresses) expect(again.remove(address)).toBe(true);
    expect(again.addresses).toEqual([]);
  });

  it('end with an error where one of them does', () => {
    const failing$ = new Subject<LiveHeadline>();
    const errors: unknown[] = [];
    subscriptions(watchedFeeds(['sse+https://b.example/news']))
      .read(() => failing$)
      .subscribe({ error: (error: unknown) => errors.push(error) });
    failing$.error('broken');
    expect(errors).toEqual(['broken']);
  });
});

describe('a file of tokens', () => {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-tokens-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const file = (text: string): string => {
    const path = join(folder, 'tokens.json');
    writeFileSync(path, text);
    return path;
  };

  it('names tokens and their scopes', () => {
    const tokens = [{ name: 'page', token: 'x'.repeat(16), scopes: ['read', 'label'] }];
    expect(tokenFile(file(JSON.stringify(tokens)))).toEqual(tokens);
  });

  it.each([
    ['secret {', 'HW_USAGE', /it is not JSON/],
    ['[]', 'HW_USAGE', /it has no token/],
    ['[{"name":"a","token":"b","scopes":["all"]}]', 'HW_USAGE', /0\.scopes\.0 is not one of read, classify, label/],
    ['[{"name":"a","scopes":["read"]}]', 'HW_USAGE', /0\.token is not string/],
  ])('%j is refused', (text, code, why) => {
    expect(() => tokenFile(file(text))).toThrow(expect.objectContaining({ code }) as Error);
    expect(() => tokenFile(file(text))).toThrow(why);
    expect(() => tokenFile(file(text))).not.toThrow(/secret/);
  });

  it('that is missing is told', () => {
    expect(() => tokenFile(join(folder, 'none.json'))).toThrow(expect.objectContaining({ code: 'HW_PATH' }) as Error);
  });
});
