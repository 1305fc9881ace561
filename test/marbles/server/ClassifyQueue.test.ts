import {
  asyncScheduler,
  concatMap,
  from,
  map,
  merge,
  type Observable,
  of,
  Subscription,
  throwError,
  timer,
} from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { LivePrediction } from '../../../src/contracts/live/Live.js';
import { type AskedBy, ClassifyQueue, type ClassifyQueueOptions } from '../../../src/server/queue/ClassifyQueue.js';
import type { Asker } from '../../../src/server/queue/RecentAskers.js';
import { valve } from '../../../src/streams/valve.js';
import { runMarbles } from '../../../src/testing/runMarbles.js';
import { headline } from '../../operators/live/headline.js';

/** A queue whose model answers each batch with its titles in capitals, and remembers what it was asked. */
const queueOf = (options: Partial<ClassifyQueueOptions> = {}) => {
  const batches: string[] = [];
  const queue = new ClassifyQueue({
    classify: (batch$) =>
      batch$.pipe(
        concatMap((batch) => {
          batches.push(batch.map(({ title }) => title).join(''));
          return from(
            batch.map((one): LivePrediction => ({
              type: 'live-prediction',
              headline: one,
              category: one.title.toUpperCase(),
              distribution: [],
              known: 1,
              latencyMs: 0,
            })),
          );
        }),
      ),
    batchSize: 3,
    maxWaitMs: 3,
    capacity: 6,
    document: 3,
    scheduler: asyncScheduler,
    ...options,
  });
  const ask = (titles: string, askedBy: AskedBy = { asker: {} }): Observable<string> =>
    queue
      .classify(
        Array.from(titles, (title) => headline({ title, source: 'request' })),
        askedBy,
      )
      .pipe(map((predictions) => predictions.map(({ category }) => category).join('')));
  return { queue, ask, batches };
};

/** Somebody who asks. */
const asker = (): Asker => ({});

describe('ClassifyQueue', () => {
  it('classifies what comes in one turn together, and answers each in its order', () => {
    const { queue, ask, batches } = queueOf();
    runMarbles(({ expectObservable }) => {
      expectObservable(queue.run(), '^---------!').toBe('-');
      expectObservable(timer(1).pipe(concatMap(() => ask('a')))).toBe('-(x|)', { x: 'A' });
      expectObservable(timer(1).pipe(concatMap(() => ask('b')))).toBe('-(x|)', { x: 'B' });
      expectObservable(timer(6).pipe(concatMap(() => ask('')))).toBe('------|');
    });
    expect(batches).toEqual(['ab']);
  });

  it('waits for those who have asked lately, and no longer than until all have come or the time is over', () => {
    const { queue, ask, batches } = queueOf();
    const [first, second] = [{ asker: asker() }, { asker: asker() }];
    runMarbles(({ expectObservable }) => {
      expectObservable(queue.run(), '^ 29ms !').toBe('-');
      // Both at once: from now on two are expected.
      expectObservable(timer(1).pipe(concatMap(() => ask('a', first)))).toBe('-(A|)');
      expectObservable(timer(1).pipe(concatMap(() => ask('b', second)))).toBe('-(B|)');
      // The second comes while the first waits.
      expectObservable(timer(5).pipe(concatMap(() => ask('c', first)))).toBe('-------(C|)');
      expectObservable(timer(7).pipe(concatMap(() => ask('d', second)))).toBe('-------(D|)');
      // The second does not come.
      expectObservable(timer(10).pipe(concatMap(() => ask('e', first)))).toBe('-------------(E|)');
    });
    expect(batches).toEqual(['ab', 'cd', 'e']);
  });

  it('expects nobody whose connection is closed', () => {
    const { queue, ask, batches } = queueOf();
    const gone = { destroyed: false };
    runMarbles(({ expectObservable }) => {
      expectObservable(queue.run(), '^---------!').toBe('-');
      expectObservable(timer(1).pipe(concatMap(() => ask('a', { asker: gone })))).toBe('-(A|)');
      expectObservable(
        timer(2).pipe(
          concatMap(() => {
            gone.destroyed = true;
            return ask('b');
          }),
        ),
      ).toBe('--(B|)');
    });
    expect(batches).toEqual(['a', 'b']);
  });

  it('cuts what is more than a batch into batches, and tells each its share in one piece', () => {
    const { queue, ask, batches } = queueOf();
    runMarbles(({ expectObservable }) => {
      expectObservable(queue.run(), '^---------!').toBe('-');
      expectObservable(timer(1).pipe(concatMap(() => ask('abcd')))).toBe('-(xy|)', { x: 'ABC', y: 'D' });
    });
    expect(batches).toEqual(['abc', 'd']);
  });

  it('serves those who ask for little before the rest of those who ask for much', () => {
    const { queue, ask, batches } = queueOf({ batchSize: 20, capacity: 100, document: 100 });
    runMarbles(({ expectObservable }) => {
      expectObservable(queue.run(), '^---------!').toBe('-');
      expectObservable(ask('m'.repeat(40))).toBe('(xyz|)', { x: 'M'.repeat(19), y: 'M'.repeat(20), z: 'M' });
      expectObservable(ask('s')).toBe('(S|)');
    });
    expect(batches).toEqual(['m'.repeat(16) + 's' + 'm'.repeat(3), 'm'.repeat(20), 'm']);
  });

  it('answers nobody who has left, does not classify for them, and tells how many', () => {
    const { queue, ask, batches } = queueOf();
    const abandoned: number[] = [];
    queue.batch$.subscribe((batch) => abandoned.push(batch.abandoned));
    const both = [{ asker: asker() }, { asker: asker() }] as const;
    runMarbles(({ expectObservable }) => {
      expectObservable(queue.run(), '^---------!').toBe('-');
      expectObservable(merge(ask('a', both[0]), ask('a', both[1]))).toBe('(AA|)');
      expectObservable(timer(1).pipe(concatMap(() => ask('b', both[0]))), '^-!').toBe('---');
      expectObservable(timer(2).pipe(concatMap(() => ask('c', both[0])))).toBe('--(C|)');
    });
    expect(batches).toEqual(['aa', 'c']);
    expect(abandoned).toEqual([0, 1]);
  });

  it('has room for no more than it was given, and keeps some of it for single headlines', () => {
    const { queue, ask } = queueOf({ capacity: 8, document: 3 });
    runMarbles(({ expectObservable }) => {
      // It does not run: everything waits.
      expectObservable(ask('abcde'), '^-!').toBe('---');
      const room = timer(1).pipe(map(() => [queue.waiting, queue.hasRoom(2), queue.hasRoom(3), queue.hasRoom(1)]));
      expectObservable(room).toBe('-(a|)', { a: [5, true, false, true] });
    });
  });

  it('lets streams wait outside when half of it is theirs, and holds their valves meanwhile', () => {
    const { queue, ask } = queueOf({ capacity: 8 });
    const stream = valve();
    runMarbles(({ expectObservable }) => {
      expectObservable(stream.open$, '^------!').toBe('tf-t---', { t: true, f: false });
      expectObservable(timer(3).pipe(concatMap(() => queue.run())), '^------!').toBe('-------');
      expectObservable(timer(1).pipe(concatMap(() => ask('abcdef', { asker: asker(), stream }))), '^------!').toBe(
        '---(xy|)',
        { x: 'ABC', y: 'DEF' },
      );
      const held = timer(2).pipe(map(() => [queue.waiting, stream.isOpen, queue.hasRoom(3)]));
      expectObservable(held).toBe('--(a|)', { a: [4, false, true] });
    });
    expect(stream.isOpen).toBe(true);
  });

  it('tells those of a batch what went wrong with it, and goes on with the next', () => {
    let broken = true;
    const { queue, ask } = queueOf({
      classify: concatMap((batch) =>
        broken
          ? throwError(() => 'no luck')
          : of(
              ...batch.map((one): LivePrediction => ({
                type: 'live-prediction',
                headline: one,
                category: 'Z',
                distribution: [],
                known: 1,
                latencyMs: 0,
              })),
            ),
      ),
    });
    runMarbles(({ expectObservable }) => {
      expectObservable(queue.run(), '^---------!').toBe('-');
      expectObservable(ask('a')).toBe('#', undefined, 'no luck');
      expectObservable(
        timer(5).pipe(
          concatMap(() => {
            broken = false;
            return ask('b');
          }),
        ),
      ).toBe('--------(Z|)');
    });
  });

  it('takes half of the time while connections arrive, and several batches in a turn otherwise', () => {
    let [now, arrived] = [0, 0];
    const due: (() => void)[] = [];
    const { queue, ask, batches } = queueOf({
      batchSize: 1,
      capacity: 12,
      document: 12,
      maxWaitMs: 0,
      arrived: () => arrived,
      scheduler: {
        now: () => now,
        schedule: (work) => {
          due.push(work);
          return new Subscription();
        },
      },
    });
    const running = queue.run().subscribe();
    queue.batch$.subscribe(() => {
      now += 4;
    });
    ask('abcdefghijkl').subscribe();
    const turns = (count: number, connections: number): string => {
      const before = batches.length;
      for (let turn = 0; turn < count; turn++) {
        arrived += connections;
        now += 1;
        for (const work of due.splice(0)) work();
      }
      return batches.slice(before).join('');
    };
    expect(turns(1, 0)).toBe('abc');
    expect(turns(11, 1)).toBe('');
    expect(turns(1, 1)).toBe('d');
    expect(turns(3, 1)).toBe('');
    expect(turns(1, 1)).toBe('e');
    expect(turns(1, 0)).toBe('fgh');
    running.unsubscribe();
  });
});
