import { Readable } from 'node:stream';
import { asyncScheduler, type SchedulerLike } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { drain } from '../../../src/streams/bodies/drain.js';
import { LineReader } from '../../../src/streams/bodies/LineReader.js';
import type { Pacing } from '../../../src/streams/pacing/Pacing.js';
import { valve } from '../../../src/streams/valve.js';

/** Drains lines out of a body that the test gives, and breaks. */
const draining = (pacing: Pacing, each: (line: string) => void = () => undefined) => {
  const body = new Readable({ read: () => undefined });
  const told: string[] = [];
  const reader = new LineReader(
    'body',
    100,
    (line) => {
      told.push(line);
      each(line);
    },
    () => undefined,
  );
  const running = drain(body, reader, pacing, {
    complete: () => told.push('complete'),
    broken: (error) => told.push(`broken: ${String(error)}`),
    failed: (error) => told.push(`failed: ${String(error)}`),
  });
  return { body, told, running };
};

/** Not `once` of node:events, which fails on the error that comes before. */
const closed = (body: Readable): Promise<void> => new Promise((resolve) => body.once('close', () => resolve()));

const BROKEN = 'broken: Error: cut';

describe('a body that breaks off', () => {
  it('has handed over all that had come, also what came behind a closed valve', async () => {
    const brake = valve();
    let release = (): void => undefined;
    const { body, told, running } = draining({ valve: brake, yieldAfter: Infinity }, (line) => {
      if (line === 'a') release = brake.hold();
    });
    body.push('a\nb\n');
    running.start();
    // The rest of this chunk is with the reader, and the next one in the stream, when the body breaks.
    body.push('c\nd');
    body.destroy(new Error('cut'));
    await closed(body);
    expect(told).toEqual(['a']);
    release();
    expect(told).toEqual(['a', 'b', 'c', BROKEN]);
  });

  it('has handed over all that had come, to a subscriber that is slower than it', async () => {
    let now = 0;
    // Every line takes the whole of a turn.
    const scheduler: SchedulerLike = { now: () => now, schedule: asyncScheduler.schedule.bind(asyncScheduler) };
    const { body, told, running } = draining({ scheduler, yieldAfter: 1 }, (line) => {
      now++;
      if (line === 'a') body.destroy(new Error('cut'));
    });
    body.push('a\nb\nc\nd\n');
    running.start();
    await expect.poll(() => told).toEqual(['a', 'b', 'c', 'd', BROKEN]);
  });

  it('is told at once where nothing of it waits', async () => {
    const { body, told, running } = draining({});
    running.start();
    body.push('a\nb');
    await expect.poll(() => told).toEqual(['a']);
    body.destroy(new Error('cut'));
    await closed(body);
    expect(told).toEqual(['a', BROKEN]);
  });

  it('concerns nobody who has left', async () => {
    const brake = valve();
    const { body, told, running } = draining({ valve: brake }, () => brake.hold());
    body.push('a\nb\n');
    running.start();
    await expect.poll(() => told).toEqual(['a']);
    body.destroy(new Error('cut'));
    await closed(body);
    running.stop();
    expect(told).toEqual(['a']);
  });
});
