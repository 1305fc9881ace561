import { delay, of, throwError } from 'rxjs';
import { describe, it } from 'vitest';
import { mapInOrder } from '../../../src/server/answers/mapInOrder.js';
import { runMarbles } from '../../../src/testing/runMarbles.js';

const taking = (ms: Record<string, number>) =>
  mapInOrder((value: string) => of(value.toUpperCase()).pipe(delay(ms[value] ?? 0)));

describe('mapInOrder', () => {
  it('has all of them at work at once, and emits in the order of the source', () => {
    runMarbles(({ cold, expectObservable }) => {
      const source = cold('--a--b--c--|');
      const expected = '   -----------(ABC|)';
      expectObservable(source.pipe(taking({ a: 9, b: 1, c: 1 }))).toBe(expected);
    });
  });

  it('completes at once where there is nothing, and never where the source never does', () => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('--|').pipe(taking({}))).toBe('--|');
      expectObservable(cold('---').pipe(taking({}))).toBe('---');
    });
  });

  it('passes errors of the source and of a projection', () => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('-a-#').pipe(taking({}))).toBe('-A-#');
      expectObservable(
        cold('-a-b').pipe(mapInOrder((value) => (value === 'b' ? throwError(() => 'error') : of(value)))),
      ).toBe('-a-#');
    });
  });

  it('unsubscribes from everything at once', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-b-c-|');
      const inner = cold(' ----x|');
      expectObservable(source.pipe(mapInOrder(() => inner)), '^---!').toBe('----');
      expectSubscriptions(source.subscriptions).toBe('^---!');
      expectSubscriptions(inner.subscriptions).toBe(['-^--!', '---^!']);
    });
  });
});
