import { EMPTY, map, of, take } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { trace } from '../../../src/operators/flow/trace.js';
import { watchFlow } from '../../../src/operators/flow/watchFlow.js';
import { runMarbles } from '../../../src/testing/runMarbles.js';

describe.each(['that nobody watches', 'that is watched'])('trace in a pipeline %s', (name) => {
  const isWatched = name === 'that is watched';
  const run: typeof runMarbles = (test, options) => {
    const watching = isWatched ? watchFlow({ every: Infinity }).subscribe() : undefined;
    try {
      return runMarbles(test, options);
    } finally {
      watching?.unsubscribe();
    }
  };

  it.each([
    ['values and the end', '-a-b-c-|', '-a-b-c-|', '^------!'],
    ['values that come at once', '(ab|)   ', '(ab|)   ', '(^!)    '],
    ['nothing', '--------', '--------', '^-------'],
    ['an empty source', '--|     ', '--|     ', '^-!     '],
    ['an error', '-a-#    ', '-a-#    ', '^--!    '],
  ])('passes on %s', (_what, source, expected, subscribed) => {
    run(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold(source);
      expectObservable(source$.pipe(trace('stage'))).toBe(expected);
      expectSubscriptions(source$.subscriptions).toBe(subscribed);
    });
  });

  it('leaves the source when it is left', () => {
    run(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('-a-b-c-|');
      expectObservable(source$.pipe(trace('stage')), '^---!').toBe('-a-b----');
      expectSubscriptions(source$.subscriptions).toBe('^---!');
      const other$ = cold('-a-b-c-|');
      expectObservable(other$.pipe(trace('stage'), take(1))).toBe('-(a|)');
      expectSubscriptions(other$.subscriptions).toBe('^!');
    });
  });

  it('passes on what an operator before it throws, and stops a source that emits at once', () => {
    run(({ expectObservable }) => {
      const boom = new Error('boom');
      const throwing = (): never => {
        throw boom;
      };
      expectObservable(of(1).pipe(map(throwing), trace('stage'))).toBe('#', undefined, boom);
      expectObservable(EMPTY.pipe(trace('stage'))).toBe('|');
    });
    const taken: number[] = [];
    let made = 0;
    const source = of(1, 2, 3, 4).pipe(map((value) => ((made += 1), value)));
    source.pipe(trace('stage'), take(2)).subscribe((value) => taken.push(value));
    expect({ taken, made }).toEqual({ taken: [1, 2], made: 2 });
  });
});

describe('trace', () => {
  it('refuses a stage without a name', () => {
    expect(() => trace('')).toThrow("trace: a stage needs a name. Give one, such as trace('tokenize').");
  });
});
