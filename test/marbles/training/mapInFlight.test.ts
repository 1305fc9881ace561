import { defer, delay, EMPTY, from, NEVER, type Observable, of, Subject, take, tap, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { mapInFlight } from '../../../src/operators/training/internal/mapInFlight.js';
import { runMarbles } from '../../../src/testing/runMarbles.js';
import { recordingValve } from '../../operators/recordingValve.js';

/** Two at once, each of which takes as long as its letter is told to. */
const taking = (frames: Readonly<Record<string, number>>, valve = recordingValve()) =>
  mapInFlight((value: string) => of(value).pipe(delay(frames[value] ?? 3)), { most: 2, valve });

describe('mapInFlight', () => {
  it('has two of them at work at once, and holds the valve while it has', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const valve = recordingValve();
      const source = cold('                                  abcd----|');
      expectObservable(source.pipe(taking({}, valve))).toBe('---ab-cd|');
      expectObservable(valve.open$).toBe('                   tf----t', { t: true, f: false });
      expectSubscriptions(source.subscriptions).toBe('^-------!');
    });
  });

  it('emits in the order of the source, whichever is done first', () => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('ab------c|').pipe(taking({ a: 5, b: 1, c: 2 }))).toBe('-----(ab)-(c|)');
    });
  });

  it('begins no more than there may be of what comes all at once', () => {
    let now = 0;
    let most = 0;
    runMarbles(({ cold, expectObservable }) => {
      const project = (value: string): Observable<string> =>
        defer(() => {
          most = Math.max(most, ++now);
          return of(value).pipe(delay(5), tap({ complete: () => now-- }));
        });
      expectObservable(cold('(abcde|)').pipe(mapInFlight(project, { most: 2, valve: undefined }))).toBe(
        '-----(ab)-(cd)-(e|)',
      );
    });
    expect(most).toBe(2);
  });

  it('completes with an empty source, and never where the source never does', () => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('--|').pipe(taking({}))).toBe('--|');
      expectObservable(cold('---').pipe(taking({}))).toBe('---');
      expectObservable(cold('a-|').pipe(mapInFlight(() => NEVER, { most: 2, valve: undefined }))).toBe('---');
      expectObservable(cold('a-|').pipe(mapInFlight(() => EMPTY, { most: 2, valve: undefined }))).toBe('--|');
    });
  });

  it('hands on an error of the source after what came before it', () => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('abc#').pipe(taking({}))).toBe('---ab-(c#)');
    });
  });

  it('hands on an error of a projection after what came before it, and begins nothing behind it', () => {
    const begun: string[] = [];
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const project = (value: string): Observable<string> => {
        begun.push(value);
        return value === 'b' ? throwError(() => 'lost') : of(value).pipe(delay(3));
      };
      const source = cold('abcd-|');
      expectObservable(source.pipe(mapInFlight(project, { most: 2, valve: recordingValve() }))).toBe(
        '---(a#)',
        undefined,
        'lost',
      );
      expectSubscriptions(source.subscriptions).toBe('^--!');
    });
    expect(begun).toEqual(['a', 'b']);
  });

  it('takes an exception of the projection as its error', () => {
    runMarbles(({ cold, expectObservable }) => {
      const project = (): Observable<string> => {
        throw new Error('cannot');
      };
      expectObservable(cold('-a').pipe(mapInFlight(project, { most: 2, valve: undefined }))).toBe(
        '-#',
        undefined,
        new Error('cannot'),
      );
    });
  });

  it('leaves everything at once, and the valve open', () => {
    const valve = recordingValve();
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('abc---');
      const work = cold('-----x|');
      expectObservable(source.pipe(mapInFlight(() => work, { most: 2, valve })), '^---!').toBe('----');
      expectSubscriptions(source.subscriptions).toBe('^---!');
      expectSubscriptions(work.subscriptions).toBe(['^---!', '-^--!']);
    });
    expect(valve.log).toEqual(['hold', 'release']);
  });

  it('holds nothing when closing the valve makes its subscriber leave', () => {
    const source = new Subject<number>();
    const valve = recordingValve();
    const subscription = source.pipe(mapInFlight(() => NEVER, { most: 2, valve })).subscribe();
    valve.open$.subscribe((isOpen) => {
      if (!isOpen) subscription.unsubscribe();
    });
    for (const value of [1, 2, 3]) source.next(value);
    expect(valve.log).toEqual(['hold', 'release']);
    expect(valve.isOpen).toBe(true);
  });

  it('stops a synchronous source whose subscriber has enough, and work that is done at once', () => {
    const begun: number[] = [];
    const project = (value: number): Observable<number> => {
      begun.push(value);
      return of(value);
    };
    const seen: number[] = [];
    from([1, 2, 3, 4])
      .pipe(mapInFlight(project, { most: 2, valve: undefined }), take(2))
      .subscribe((value) => seen.push(value));
    expect([seen, begun]).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  it('keeps the order where a consumer causes more from within next', () => {
    const value$ = new Subject<number>();
    const seen: number[] = [];
    value$.pipe(mapInFlight((value) => of(value, -value), { most: 2, valve: undefined })).subscribe((value) => {
      seen.push(value);
      if (value === 1) value$.next(2);
    });
    value$.next(1);
    expect(seen).toEqual([1, -1, 2, -2]);
  });
});
