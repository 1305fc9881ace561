import { expect, it } from 'vitest';
import { watchedFeeds } from '../../../src/cli/live/watchedFeed.js';

it('knows each kind by how it is written', () => {
  expect(
    watchedFeeds([
      '-',
      'sse+https://example.org/news',
      'wss://example.org/news',
      'https://example.org/feed.xml',
      'feed.xml',
      '-',
    ]),
  ).toEqual([
    { kind: 'lines', address: 'stdin' },
    { kind: 'events', address: 'https://example.org/news' },
    { kind: 'socket', address: 'wss://example.org/news' },
    { kind: 'feed', address: 'https://example.org/feed.xml' },
    { kind: 'file', address: 'feed.xml' },
  ]);
});

it.each(['sse+https://[bad', 'wss://[bad', 'https://[bad', 'ftp://example.org/feed.xml'])(
  'refuses %s, from which nothing can be read',
  (name) => {
    expect(() => watchedFeeds([name])).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  },
);
