import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { memory } from '@tensorflow/tfjs-core';
import { from, lastValueFrom, merge, Subject, tap } from 'rxjs';
import { vi } from 'vitest';
import type { SourceEvent } from '../../src/contracts/live/Live.js';
import type { Rejection } from '../../src/contracts/rows/Rejection.js';
import { classifier } from '../../src/models/classifier.js';
import { classifierConfig } from '../../src/models/ClassifierConfig.js';
import { classifyLive } from '../../src/operators/live/classifyLive.js';
import { dedupe } from '../../src/operators/live/dedupe.js';
import { microBatch } from '../../src/operators/live/microBatch.js';
import { shed } from '../../src/operators/live/shed.js';
import { watchView } from '../../src/sinks/watch/watchView.js';
import { pollFeed } from '../../src/streams/feeds/pollFeed.js';
import { headlineLines } from '../../src/streams/live/headlineLines.js';
import { valve } from '../../src/streams/valve.js';
import { LabelEncoder } from '../../src/text/LabelEncoder.js';
import { Tokenizer } from '../../src/text/Tokenizer.js';
import { sampleRows } from '../examples/headlines.js';
import { rssOf } from '../cli/feedServer.js';

/** How much traffic, for how long. */
export interface TrafficOptions {
  /** How long it lasts, in seconds of its own time. */
  readonly seconds: number;
  /** Lines a second, each a headline. */
  readonly lines: number;
  /** How many feeds there are. */
  readonly feeds: number;
  /** How often each is asked for, in seconds; it has three new headlines then. */
  readonly interval: number;
  /** How often the memory is looked at, in seconds. */
  readonly look: number;
}

/** What the process held at a moment, with all garbage collected. */
export interface Held {
  /** Bytes of the heap and of array buffers. */
  readonly bytes: number;
  readonly tensors: number;
  readonly timers: number;
}

/** How it went. */
export interface TrafficReport {
  readonly held: readonly Held[];
  /** How many headlines were sent that had not been sent before. */
  readonly sent: number;
  readonly classified: number;
  readonly repeated: number;
  readonly dropped: number;
  readonly rejected: number;
  /** How often the feeds were asked for, and what was told of them. */
  readonly asked: number;
  readonly told: Readonly<Record<SourceEvent['type'], number>>;
}

// Taken before time is faked: what the network needs goes on in real time.
const turn = globalThis.setImmediate;
const turns = (count: number): Promise<void> =>
  new Promise((done) => {
    const next = (left: number): unknown => (left === 0 ? done() : turn(() => next(left - 1)));
    next(count);
  });

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const look = async (): Promise<Held> => {
  // Twice: what a finaliser lets go of is gone after the second.
  collect();
  await turns(5);
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return { bytes: heapUsed + arrayBuffers, tensors: memory().numTensors, timers: vi.getTimerCount() };
};

/**
 * Sends headlines of feeds and of lines through all that `headwater watch` is made of, on a faked clock and over real
 * sockets: an hour of it takes a minute. The last feed fails every third time, and has an item that cannot be read.
 *
 * The caller fakes the timers.
 */
export const runTraffic = async ({
  seconds,
  lines,
  feeds,
  interval,
  look: every,
}: TrafficOptions): Promise<TrafficReport> => {
  const words = sampleRows(2000).map(({ title }) => title);
  const tokenizer = await lastValueFrom(from(words).pipe(Tokenizer.fit()));
  const labelEncoder = LabelEncoder.of(['Business', 'Sci/Tech', 'Sports', 'World']);
  const model = classifier(
    classifierConfig({
      vocabularySize: tokenizer.size,
      classes: 4,
      embeddingDim: 16,
      hiddenDim: 16,
      fcDim: 16,
      dropout: 0,
    }),
    { seed: 1 },
  );

  let sent = 0;
  const newTitle = (): string => `${words[sent % words.length] ?? ''} ${++sent}`;
  const state = Array.from({ length: feeds }, () => ({ titles: [] as string[], asked: 0, etag: '' }));
  let asked = 0;
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    asked += 1;
    const index = Number((request.url ?? '').slice(1));
    const feed = state[index];
    if (feed === undefined) throw new Error(`No feed ${request.url ?? ''}.`);
    feed.asked += 1;
    const last = index === feeds - 1;
    if (last && feed.asked % 3 === 0) {
      response.writeHead(503).end();
      return;
    }
    // Every fourth time nothing is new.
    if (feed.asked % 4 !== 0 || feed.etag === '') {
      feed.titles = [newTitle(), newTitle(), newTitle(), ...feed.titles].slice(0, 30);
      feed.etag = `"${feed.asked}"`;
    }
    if (request.headers['if-none-match'] === feed.etag) response.writeHead(304).end();
    else response.writeHead(200, { etag: feed.etag }).end(rssOf(last ? [...feed.titles, ''] : feed.titles));
  };
  const server = createServer(answer);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;

  const counts = { classified: 0, repeated: 0, dropped: 0, rejected: 0 };
  const told = { read: 0, unchanged: 0, failed: 0, moved: 0, gap: 0, opened: 0, removed: 0 };
  const told$ = new Subject<SourceEvent | Rejection>();
  const events = {
    next: (event: SourceEvent) => {
      told[event.type] += 1;
      told$.next(event);
    },
  };
  const rejections = {
    next: (rejection: Rejection) => {
      counts.rejected += 1;
      told$.next(rejection);
    },
  };
  const brake = valve();
  const line$ = new PassThrough();
  const screen = Object.assign(new PassThrough().resume(), { isTTY: true, columns: 100, rows: 40 });
  const common = { valve: brake, events, rejections };
  const prediction$ = merge(
    pollFeed(
      state.map((_, index) => `${origin}/${index}`),
      {
        ...common,
        intervalMs: interval * 1000,
        insist: true,
        jitter: 0,
        seed: 1,
        backoff: { initialMs: interval * 1000, maxMs: interval * 1000 },
      },
    ),
    headlineLines(line$, common),
  ).pipe(
    shed({ capacity: 10_000, policy: 'oldest', valve: brake, dropped: { next: () => (counts.dropped += 1) } }),
    dedupe({ repeats: { next: () => (counts.repeated += 1) } }),
    microBatch({ maxSize: 64, maxWaitMs: 20 }),
    classifyLive({ model, tokenizer, labelEncoder }),
    tap(() => (counts.classified += 1)),
  );
  const subscription = merge(told$, prediction$)
    .pipe(watchView({ classes: labelEncoder.classes, stream: screen, env: { LANG: 'C.UTF-8', TERM: 'xterm' } }))
    .subscribe({
      error: (error: unknown) => {
        throw error;
      },
    });

  /** Lets the network catch up: every request that was made is answered, and its answer told. */
  const settle = async (): Promise<void> => {
    for (let quiet = 0; quiet < 10; quiet++) {
      await turns(2);
      if (asked > told.read + told.unchanged + told.failed || line$.readableLength > 0) quiet = 0;
    }
  };

  const held: Held[] = [];
  try {
    for (let second = 1; second <= seconds; second++) {
      let batch = '';
      // One in ten was there before.
      let repeated = '';
      for (let i = 0; i < lines; i++) {
        if (i % 10 !== 9) repeated = newTitle();
        batch += `${repeated}\n`;
      }
      line$.write(batch);
      await vi.advanceTimersByTimeAsync(1000);
      await settle();
      if (second % every === 0) held.push(await look());
    }
    return { held, sent, ...counts, asked, told };
  } finally {
    subscription.unsubscribe();
    model.dispose();
    server.close();
    server.closeAllConnections();
  }
};
