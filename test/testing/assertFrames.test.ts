import { map } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { assertFrames, FramesDiffer } from '../../src/testing/assertFrames.js';
import { runMarbles } from '../../src/testing/runMarbles.js';

const thrownBy = (run: () => void): unknown => {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe('assertFrames', () => {
  it('lets equal values pass', () => {
    expect(() => assertFrames()([Int32Array.of(1)], [Int32Array.of(1)])).not.toThrow();
  });

  it('names the first difference, and both timelines of a stream', () => {
    const error = thrownBy(() =>
      runMarbles(({ cold, expectObservable }) => {
        expectObservable(cold('-a-b-|', { a: Float32Array.of(1), b: Float32Array.of(2) })).toBe('-a-c|', {
          a: Float32Array.of(1),
          c: Float32Array.of(3),
        });
      }),
    );
    expect(error).toBeInstanceOf(FramesDiffer);
    expect(error).toHaveProperty(
      'message',
      '[1].notification.value[0]: got 2, expected 3\n  came:     1:N 3:N 5:C\n  expected: 1:N 3:N 4:C',
    );
    expect(error).toHaveProperty('name', 'AssertionError');
    expect(error).toHaveProperty('actual.length', 3);
    expect(error).toHaveProperty('expected.length', 3);
  });

  it('says so when nothing came', () => {
    const error = thrownBy(() => runMarbles(({ cold, expectObservable }) => expectObservable(cold('-')).toBe('-a')));
    expect(error).toHaveProperty('message', ': got length 0, expected 1\n  came:     nothing\n  expected: 1:N');
  });

  it('gives no timeline where there is none: subscriptions', () => {
    const error = thrownBy(() =>
      runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
        const letter$ = cold('-a|');
        expectObservable(letter$).toBe('-a|');
        expectSubscriptions(letter$.subscriptions).toBe('^--!');
      }),
    );
    expect(error).toHaveProperty('message', '[0].unsubscribedFrame: got 2, expected 3');
  });
});

describe('runMarbles', () => {
  it('runs in virtual time and returns what the test returns', () => {
    const returned = runMarbles(({ cold, expectObservable, time }) => {
      expectObservable(cold('- 1h a|')).toBe('- 1h a|');
      return time('---|');
    });
    expect(returned).toBe(3);
  });

  it('compares numbers within the tolerance given', () => {
    const thirds = (tolerance: number) => () =>
      runMarbles(
        ({ cold, expectObservable }) =>
          expectObservable(cold('a|').pipe(map(() => Float32Array.of(1 / 3)))).toBe('x|', {
            x: Float32Array.of(0.333),
          }),
        { tolerance },
      );
    expect(thirds(1e-3)).not.toThrow();
    expect(thirds(1e-4)).toThrow(FramesDiffer);
  });
});
