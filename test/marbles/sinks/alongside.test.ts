import { ignoreElements, Observable, tap, type OperatorFunction } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { alongside } from '../../../src/sinks/alongside.js';
import { artifactFiles } from '../../../src/sinks/files/artifactFiles.js';

const scheduler = (): TestScheduler => new TestScheduler((actual, expected) => expect(actual).toEqual(expected));

const seeing =
  (seen: string[], name = ''): OperatorFunction<string, never> =>
  (source) =>
    source.pipe(
      tap((value) => seen.push(`${name}${value}`)),
      ignoreElements(),
    );

/** A sink that takes two frames to write each value. */
const slow = (write: () => Observable<unknown>): OperatorFunction<string, never> =>
  artifactFiles('', (value) => new Map([[value, new Uint8Array()]]), { write });

describe('alongside', () => {
  it('passes every value on, subscribes once, and ends with the slowest sink', () => {
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('--a--b--|');
      const disk = cold('  -----|');
      const expected = '   --a--b------|';
      const seen: string[] = [];
      expectObservable(
        source.pipe(
          alongside(
            seeing(seen),
            slow(() => disk),
          ),
        ),
      ).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe('^-------!');
    });
  });

  it('shows a value to the sinks, in their order, before it goes on', () => {
    const seen: string[] = [];
    scheduler().run(({ cold, flush }) => {
      cold('-a-b-|')
        .pipe(alongside(seeing(seen, 'first '), seeing(seen, 'second ')))
        .subscribe((value) => seen.push(value));
      flush();
    });
    expect(seen).toEqual(['first a', 'second a', 'a', 'first b', 'second b', 'b']);
  });

  it('is the source itself without sinks', () => {
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('--a--|');
      expectObservable(source.pipe(alongside())).toBe('--a--|');
      expectSubscriptions(source.subscriptions).toBe('^----!');
    });
  });

  it('never emits of a source that never does', () => {
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-');
      expectObservable(source.pipe(alongside(seeing([])))).toBe('-');
      expectSubscriptions(source.subscriptions).toBe('^');
    });
  });

  it('completes with an empty source', () => {
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('--|');
      expectObservable(source.pipe(alongside(seeing([])))).toBe('--|');
      expectSubscriptions(source.subscriptions).toBe('^-!');
    });
  });

  it('passes an error of the source on when every sink has written what came before it', () => {
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('--a--#');
      const disk = cold('  ------|');
      const other = cold(' ----|');
      expectObservable(
        source.pipe(
          alongside(
            slow(() => disk),
            slow(() => other),
          ),
        ),
      ).toBe('--a-----#');
      expectSubscriptions(source.subscriptions).toBe('^----!');
      expectSubscriptions(disk.subscriptions).toBe('--^-----!');
      expectSubscriptions(other.subscriptions).toBe('--^---!');
    });
  });

  it('fails at once with a sink, and leaves the source and the other sinks', () => {
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('--a--b--|');
      const broken = cold('-#');
      const other = cold(' ------|');
      expectObservable(
        source.pipe(
          alongside(
            slow(() => other),
            slow(() => broken),
          ),
        ),
      ).toBe('--a#');
      expectSubscriptions(source.subscriptions).toBe('^--!');
      expectSubscriptions(other.subscriptions).toBe('--^!');
    });
  });

  it('does not pass on the value that a sink failed on', () => {
    const error = new Error('no');
    const throwing: OperatorFunction<string, never> = (source) =>
      source.pipe(
        tap((value) => {
          if (value === 'b') throw error;
        }),
        ignoreElements(),
      );
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('--a--b--|');
      expectObservable(source.pipe(alongside(throwing))).toBe('--a--#', undefined, error);
      expectSubscriptions(source.subscriptions).toBe('^----!');
    });
  });

  it('does not subscribe to the source when a sink cannot even begin', () => {
    const error = new Error('no');
    const broken: OperatorFunction<string, never> = () => {
      throw error;
    };
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('--a--|');
      expectObservable(source.pipe(alongside(broken))).toBe('#', undefined, error);
      expectSubscriptions(source.subscriptions).toBe([]);
      const failing: OperatorFunction<string, never> = () => new Observable((subscriber) => subscriber.error(error));
      expectObservable(source.pipe(alongside(failing))).toBe('#', undefined, error);
    });
  });

  it('goes on when a sink has enough', () => {
    scheduler().run(({ cold, expectObservable }) => {
      const full: OperatorFunction<string, never> = () => cold('---|');
      expectObservable(cold('--a--b--|').pipe(alongside(full))).toBe('--a--b--|');
    });
  });

  it('leaves source and sinks when it is left', () => {
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('--a--b--|');
      const disk = cold('  -----|');
      expectObservable(source.pipe(alongside(slow(() => disk))), '^---!').toBe('--a--');
      expectSubscriptions(source.subscriptions).toBe('^---!');
      expectSubscriptions(disk.subscriptions).toBe('--^-!');
    });
  });
});
