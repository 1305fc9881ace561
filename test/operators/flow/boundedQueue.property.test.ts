import fc from 'fast-check';
import { EMPTY, filter, map, Observable, of, timer, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Valve } from '../../../src/contracts/flow/Valve.js';
import { boundedQueue } from '../../../src/operators/flow/boundedQueue.js';
import { recordingValve } from '../recordingValve.js';

const run = { seed: 5, numRuns: 300 };

/**
 * 0, 1, 2, … up to `values`, in chunks that are not interrupted: what is in a chunk when the valve closes comes all the
 * same.
 */
const chunks = (values: number, chunk: number, valve: Valve, scheduler: VirtualTimeScheduler): Observable<number> =>
  new Observable((subscriber) => {
    let next = 0;
    const read = (): void => {
      if (!valve.isOpen || subscriber.closed) return;
      for (let i = 0; i < chunk && next < values; i++) subscriber.next(next++);
      if (next === values) subscriber.complete();
      else subscriber.add(scheduler.schedule(read, 1));
    };
    subscriber.add(scheduler.schedule(read));
    subscriber.add(valve.open$.pipe(filter(Boolean)).subscribe(() => subscriber.add(scheduler.schedule(read))));
  });

describe('boundedQueue', () => {
  const cases = fc.record({
    values: fc.nat({ max: 150 }),
    chunk: fc.integer({ min: 1, max: 20 }),
    highWaterMark: fc.integer({ min: 1, max: 20 }),
    /** How long the consumer takes for a value, in ms; 0 is synchronous, and -1 emits nothing. */
    work: fc.array(fc.integer({ min: -1, max: 40 }), { minLength: 1, maxLength: 10 }),
    yieldAfter: fc.integer({ min: 1, max: 60 }),
  });

  it('keeps every value and their order, within its bound, whatever the source and the consumer do', () => {
    fc.assert(
      fc.property(cases, ({ values, chunk, highWaterMark, work, yieldAfter }) => {
        const scheduler = new VirtualTimeScheduler();
        const valve = recordingValve();
        let arrived = 0;
        let started = 0;
        let most = 0;
        const source$ = chunks(values, chunk, valve, scheduler).pipe(
          map((value) => {
            // What waits when this value comes, and with it.
            most = Math.max(most, ++arrived - started);
            return value;
          }),
        );
        const consumed: number[] = [];
        let completed = false;
        const project = (value: number): Observable<number> => {
          started++;
          consumed.push(value);
          const time = work[value % work.length] ?? 0;
          if (time < 0) return EMPTY;
          return time === 0 ? of(value) : timer(time, scheduler).pipe(map(() => value));
        };
        const emitted: number[] = [];
        source$.pipe(boundedQueue({ valve, highWaterMark, yieldAfter, scheduler, project })).subscribe({
          next: (value) => {
            emitted.push(value);
            scheduler.frame += 3;
          },
          complete: () => (completed = true),
        });
        scheduler.maxFrames = Infinity;
        scheduler.flush();

        expect(completed).toBe(true);
        expect(consumed).toEqual(Array.from({ length: values }, (_, i) => i));
        expect(emitted).toEqual(consumed.filter((value) => (work[value % work.length] ?? 0) >= 0));
        expect(most).toBeLessThan(highWaterMark + chunk);
        expect(valve.isOpen).toBe(true);
      }),
      run,
    );
  });

  it('releases the valve whenever its subscriber leaves', () => {
    fc.assert(
      fc.property(cases, fc.nat({ max: 400 }), ({ values, chunk, highWaterMark, work, yieldAfter }, leaveAt) => {
        const scheduler = new VirtualTimeScheduler();
        const valve = recordingValve();
        const subscription = chunks(values, chunk, valve, scheduler)
          .pipe(
            boundedQueue({
              valve,
              highWaterMark,
              yieldAfter,
              scheduler,
              project: (value) => timer(work[value % work.length] ?? 0, scheduler),
            }),
          )
          .subscribe();
        scheduler.schedule(() => subscription.unsubscribe(), leaveAt);
        scheduler.flush();
        expect(valve.isOpen).toBe(true);
        const holds = valve.log.filter((entry) => entry === 'hold').length;
        expect(valve.log).toHaveLength(2 * holds);
      }),
      run,
    );
  });
});
