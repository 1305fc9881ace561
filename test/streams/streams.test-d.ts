import type { Readable } from 'node:stream';
import type { Observable } from 'rxjs';
import { map } from 'rxjs';
import { describe, expectTypeOf, it } from 'vitest';
import type { LiveHeadline } from '../../src/contracts/live/Live.js';
import type { SourceRow } from '../../src/contracts/rows/Row.js';
import type { Valve } from '../../src/contracts/flow/Valve.js';
import { fetchCsv } from '../../src/streams/fetchCsv.js';
import { headlineLines } from '../../src/streams/live/headlineLines.js';
import { jsonLineHeadlines } from '../../src/streams/live/jsonLineHeadlines.js';
import { serverSentEvents } from '../../src/streams/live/serverSentEvents.js';
import { webSocketLines } from '../../src/streams/live/webSocketLines.js';
import { readLines } from '../../src/streams/readLines.js';
import { sampleCsv } from '../../src/streams/sample/sampleCsv.js';
import { serveSample } from '../../src/streams/sample/serveSample.js';
import { valve } from '../../src/streams/valve.js';

describe('types of streams', () => {
  it('are inferred through pipe', () => {
    expectTypeOf(fetchCsv('x')).toEqualTypeOf<Observable<SourceRow>>();
    expectTypeOf(fetchCsv(new URL('http://x')).pipe(map(({ fields }) => fields['title']))).toEqualTypeOf<
      Observable<string | undefined>
    >();
    expectTypeOf(readLines).parameter(0).toEqualTypeOf<Readable | string | URL>();
    expectTypeOf(readLines('x').pipe(map((line) => line.length))).toEqualTypeOf<Observable<number>>();
    expectTypeOf(headlineLines).parameter(0).toEqualTypeOf<Readable | string | URL>();
    expectTypeOf(jsonLineHeadlines).parameter(0).toEqualTypeOf<Readable | string | URL>();
    expectTypeOf(serverSentEvents).parameter(0).toEqualTypeOf<string | URL>();
    expectTypeOf(webSocketLines('ws://x')).toEqualTypeOf<Observable<LiveHeadline>>();
    expectTypeOf(sampleCsv({ rows: 1 })).toExtend<Iterable<string>>();
    expectTypeOf(serveSample()).toEqualTypeOf<Observable<URL>>();
    expectTypeOf(valve()).toEqualTypeOf<Valve>();
  });

  it('let an option be left undefined', () => {
    fetchCsv('x', { valve: undefined, columns: undefined, snapshotDir: undefined });
    serverSentEvents('http://x', {
      events: undefined,
      types: undefined,
      backoff: { maxMs: undefined },
      maxAttempts: undefined,
    });
    webSocketLines('ws://x', { contact: undefined, headers: undefined, bodyTimeout: undefined });
  });
});
