import { type Observable, of } from 'rxjs';
import { expectTypeOf, test } from 'vitest';
import type { Valve } from '../../../src/contracts/flow/Valve.js';
import { boundedQueue } from '../../../src/operators/flow/boundedQueue.js';

declare const numbers$: Observable<number>;
declare const valve: Valve;

test('without project the type stays; with project it is what the inner Observable, promise or iterable gives', () => {
  expectTypeOf(numbers$.pipe(boundedQueue({ valve, highWaterMark: 4 }))).toEqualTypeOf<Observable<number>>();
  expectTypeOf(numbers$.pipe(boundedQueue({ valve, highWaterMark: 4, project: (n) => of(n.toFixed()) }))).toEqualTypeOf<
    Observable<string>
  >();
  expectTypeOf(
    numbers$.pipe(boundedQueue({ valve, highWaterMark: 4, project: (n) => Promise.resolve(n > 1) })),
  ).toEqualTypeOf<Observable<boolean>>();
  expectTypeOf(
    numbers$.pipe(boundedQueue({ valve, highWaterMark: 4, project: (n, index) => [n, index] })),
  ).toEqualTypeOf<Observable<number>>();
});

test('a queue without a valve is refused', () => {
  // @ts-expect-error nothing would stop the source
  numbers$.pipe(boundedQueue({ highWaterMark: 4 }));
});
