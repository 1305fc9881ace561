import { PassThrough } from 'node:stream';
import { lastValueFrom, of, toArray } from 'rxjs';
import { expect, it } from 'vitest';
import { watchMemory } from '../../../src/cli/live/watchMemory.js';
import { dedupe } from '../../../src/operators/live/dedupe.js';
import { dedupeMemory } from '../../../src/operators/live/dedupeMemory.js';
import { liveHeadline } from '../../../src/streams/live/liveHeadline.js';

it('remembers all headlines of many feeds, so that a reading does not repeat them', async () => {
  const headline = liveHeadline({ title: 'Ferry back', source: 'a', guid: 'g', link: 'https://a.example/' });
  const one = dedupeMemory();
  await lastValueFrom(of(headline).pipe(dedupe({ memory: one }), toArray()));
  const { seen } = await lastValueFrom(watchMemory(undefined, 1_000, new PassThrough()));
  expect(seen.capacity).toBeGreaterThan(1_000 * 100 * one.size);
  // A feed has 50,000 items at most.
  const alone = await lastValueFrom(watchMemory(undefined, 1, new PassThrough()));
  expect(alone.seen.capacity).toBeGreaterThan(50_000 * one.size);
});
