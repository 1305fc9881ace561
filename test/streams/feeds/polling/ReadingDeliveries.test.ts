import { expect, it } from 'vitest';
import { NewestItems } from '../../../../src/streams/feeds/polling/NewestItems.js';
import { ReadingDeliveries } from '../../../../src/streams/feeds/polling/ReadingDeliveries.js';
import type { FeedItem } from '../../../../src/streams/feeds/parsing/items/FeedItem.js';

it('counts a feed as read once it has ended and every item is done or given up, and not where one is to come again', () => {
  const counts: number[] = [];
  const ends = ['done', 'give-up', 'retry'] as const;
  for (const last of ends) {
    let read = 0;
    const reading = new ReadingDeliveries(() => read++);
    const [first, second] = [reading.next('a'), reading.next('b')];
    first.settle({ type: 'done' });
    reading.end();
    const before = read;
    second.settle(last === 'done' ? { type: last } : { type: last, reason: 'busy' });
    second.settle({ type: 'done' });
    counts.push(before, read);
  }
  expect(counts).toEqual([0, 1, 0, 1, 0, 0]);
});

it('tells a gap where none of the newest items is still there', () => {
  const item = (guid: string): FeedItem => ({
    title: `Item ${guid}`,
    guid,
    link: undefined,
    published: undefined,
    category: undefined,
  });
  const read = (before: readonly string[] | undefined, ...guids: readonly string[]): NewestItems => {
    const newest = new NewestItems(before);
    for (const guid of guids) newest.take(item(guid));
    return newest;
  };
  const first = read(undefined, 'a', 'b', 'c');
  expect(first.gap).toBe(false);
  expect(read(first.names, 'c', 'd').gap).toBe(false);
  expect(read(first.names, 'd', 'e').gap).toBe(true);
  // A feed that has nothing at all has taken its items back.
  expect(read(first.names).gap).toBe(false);
});

it('tells a gap also where all items have one link or one title', () => {
  const read = (before: readonly string[] | undefined, link: string | undefined, guids: string): NewestItems => {
    const newest = new NewestItems(before);
    for (const guid of guids) newest.take({ title: 'Alert', guid, link, published: undefined, category: undefined });
    return newest;
  };
  const before = read(undefined, 'https://news.example/', 'abcd').names;
  expect(before).toHaveLength(4);
  expect(read(before, 'https://news.example/', 'de').gap).toBe(false);
  expect(read(before, 'https://news.example/', 'ef').gap).toBe(true);
  expect(read(before, 'https://news.example/e', 'e').gap).toBe(true);
});
