import { concatMap, from, map, type Observable, of, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { LiveHeadline, LivePrediction } from '../../src/contracts/Live.js';
import { ClassifyQueue, type ClassifyQueueOptions } from '../../src/server/queue/ClassifyQueue.js';
import { runMarbles } from '../../src/testing/runMarbles.js';

const headline = (title: string): LiveHeadline => ({
  id: 0,
  title,
  source: 'request',
  guid: undefined,
  link: undefined,
  published: undefined,
  seen: 0,
  category: undefined,
});

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
    ...options,
  });
  const ask = (titles: string): Observable<string> =>
    queue
      .classify(Array.from(titles, headline))
      .pipe(map((predictions) => predictions.map(({ category }) => category).join('')));
  return { queue, ask, batches };
};

describe('ClassifyQueue', () => {
  it('classifies what several ask together, and answers each in its order', () => {
    const { queue, ask, batches } = queueOf();
    runMarbles(({ expectObservable }) => {
      expectObservable(queue.run(), '^---------!').toBe('-');
      expectObservable(timer(1).pipe(concatMap(() => ask('ab')))).toBe('----(x|)', { x: 'AB' });
      expectObservable(timer(6).pipe(concatMap(() => ask('c')))).toBe('---------(C|)');
    });
    expect(batches).toEqual(['ab', 'c']);
  });

  it('does not wait when a batch is full, and cuts what is more into batches', () => {
    const { queue, ask, batches } = queueOf({ maxWaitMs: 8 });
    runMarbles(({ expectObservable }) => {
      expectObservable(queue.run(), '^--------------!').toBe('-');
      expectObservable(timer(1).pipe(concatMap(() => ask('abcd')))).toBe('-x-------(y|)', { x: 'ABC', y: 'D' });
    });
    expect(batches).toEqual(['abc', 'd']);
  });

  it('tells each its share of a batch in one piece', () => {
    const { queue, ask, batches } = queueOf({ batchSize: 5 });
    runMarbles(({ expectObservable }) => {
      expectObservable(queue.run(), '^---------!').toBe('-');
      expectObservable(timer(1).pipe(concatMap(() => ask('ab')))).toBe('--(x|)', { x: 'AB' });
      expectObservable(timer(2).pipe(concatMap(() => ask('cdefg')))).toBe('--x--(y|)', { x: 'CDE', y: 'FG' });
      expectObservable(timer(3).pipe(concatMap(() => ask('')))).toBe('---|');
    });
    expect(batches).toEqual(['abcde', 'fg']);
  });

  it('answers nobody who has left, does not classify for them, and tells how many', () => {
    const { queue, ask, batches } = queueOf();
    const abandoned: number[] = [];
    queue.batch$.subscribe((batch) => abandoned.push(batch.abandoned));
    runMarbles(({ expectObservable }) => {
      expectObservable(queue.run(), '^---------!').toBe('-');
      expectObservable(timer(1).pipe(concatMap(() => ask('a'))), '^-!').toBe('---');
      expectObservable(timer(2).pipe(concatMap(() => ask('b')))).toBe('----(B|)');
    });
    expect(batches).toEqual(['b']);
    expect(abandoned).toEqual([1]);
  });

  it('keeps count of what waits, and has room for no more than it was given', () => {
    const { queue, ask } = queueOf({ batchSize: 10 });
    runMarbles(({ expectObservable }) => {
      expectObservable(queue.run(), '^---------!').toBe('-');
      expectObservable(ask('abcd')).toBe('---(x|)', { x: 'ABCD' });
      const room = timer(1, 3).pipe(map(() => [queue.waiting, queue.hasRoom(2), queue.hasRoom(3)]));
      expectObservable(room, '^-----!').toBe('-a--b', { a: [4, true, false], b: [0, true, true] });
    });
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
      expectObservable(ask('a')).toBe('---#', undefined, 'no luck');
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
});
