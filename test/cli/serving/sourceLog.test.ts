import { expect, it } from 'vitest';
import type { SourceEvent } from '../../../src/contracts/live/Live.js';
import { sourceLog } from '../../../src/cli/serving/sourceLog.js';

const source = 'https://news.example/feed';

it('tells a failure once, until the source is read again or fails in another way', () => {
  const told: string[] = [];
  const log = sourceLog((line) => told.push(line));
  const failed = (code: string, message: string, nextInMs?: number): SourceEvent => ({
    type: 'failed',
    source,
    at: 0,
    code,
    message,
    nextInMs,
  });
  const read: SourceEvent = { type: 'read', source, at: 0, items: 3, nextInMs: 1000 };
  log(read);
  log(failed('HW_HTTP_STATUS', `${source} answered 500.`, 60_000));
  log(failed('HW_HTTP_STATUS', `${source} answered 503.`, 120_000));
  log(failed('HW_HTTP_CONNECT', `${source} cannot be reached.`, 0));
  log({ type: 'unchanged', source, at: 0, nextInMs: 1000 });
  log(read);
  log({ type: 'moved', source, at: 0, to: 'https://news.example/\u001Bfeed' });
  log(failed('HW_FEED', `${source} is no feed.`));
  log({ type: 'removed', source, at: 0 });
  log(failed('HW_FEED', `${source} is no feed.`));
  expect(told).toEqual([
    `${source} answered 500. It is tried again in 1m00s. [HW_HTTP_STATUS]`,
    `${source} cannot be reached. It is tried again now. [HW_HTTP_CONNECT]`,
    `${source} is read again.`,
    `${source} has moved to https://news.example/\\u001bfeed.`,
    `${source} is no feed. It is not tried again. [HW_FEED]`,
    `${source} is no feed. It is not tried again. [HW_FEED]`,
  ]);
});
