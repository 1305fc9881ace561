import { describe, expect, it } from 'vitest';
import { feedName } from '../../../src/cli/live/feedName.js';

describe('the address that a person means', () => {
  it.each([
    ['feed://example.org/news', 'http://example.org/news'],
    ['feed:https://example.org/news', 'https://example.org/news'],
    ['feed://https://example.org/news', 'https://example.org/news'],
    ['example.org/feed', 'https://example.org/feed'],
    ['news.example.org', 'https://news.example.org'],
    ['localhost:8080/feed', 'http://localhost:8080/feed'],
    ['127.0.0.1:8080/feed', 'http://127.0.0.1:8080/feed'],
    ['feed.xml', 'feed.xml'],
    ['folder/feed.xml', 'folder/feed.xml'],
    ['./example.org/feed', './example.org/feed'],
    ['-', '-'],
    ['sse+https://example.org/events', 'sse+https://example.org/events'],
    ['https://example.org/feed', 'https://example.org/feed'],
  ])('%s is %s', (written, meant) => {
    expect(feedName(written, () => false)).toBe(meant);
  });

  it('is a file where there is one', () => {
    expect(feedName('example.org/feed', (path) => path === 'example.org/feed')).toBe('example.org/feed');
  });
});
