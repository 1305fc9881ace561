import { expect, it } from 'vitest';
import type { SourceEvent } from '../../../src/contracts/live/Live.js';
import { describeSource, troubleOf } from '../../../src/page/headlines/sourceTrouble.js';

const failed = (source: string, nextInMs?: number): SourceEvent => ({
  type: 'failed',
  source,
  at: 0,
  code: 'HW_HTTP_STATUS',
  message: `${source} answered 500.`,
  nextInMs,
});
const read = (source: string, items: number, rejected = 0): SourceEvent => ({
  type: 'read',
  source,
  at: 0,
  items,
  rejected,
  nextInMs: 900,
});

it('tells of feeds that fail, and of those of which nothing can be read, the first of them by name', () => {
  const events = [failed('a', 60_000), failed('b'), read('c', 0, 7), read('d', 3, 1), failed('e')];
  expect(troubleOf(new Map(events.map((event) => [event.source, event])), (source) => `the ${source}`)).toEqual({
    failing: 4,
    sources: 5,
    lines: [
      expect.stringMatching(/^the a: answered 500\. It is tried again at \d\d:01:00\.$/),
      'the b: answered 500. It is not tried again.',
      'the c: read, and none of its 7 items can be read.',
    ],
  });
});

it('does not name the address of a source twice', () => {
  expect([describeSource(failed('https://a.example/')), describeSource(failed('https://a.example/', 900))]).toEqual([
    'failed for good: answered 500.',
    'failed, tried again later: answered 500.',
  ]);
});

it('leaves out the advice to try again where it is done anyway', () => {
  const told = (nextInMs?: number): readonly string[] => {
    const event = { ...failed('a', nextInMs), message: "a answered 503. The fault is the server's. Try again later." };
    return [describeSource(event), ...troubleOf(new Map([['a', event]]), String).lines];
  };
  for (const line of told(1000)) expect(line).not.toContain('Try again');
  for (const line of told()) expect(line).toContain('Try again later.');
});
