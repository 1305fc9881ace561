import { map, Observable, of, range, throwError } from 'rxjs';
import { expect, it } from 'vitest';
import { withHolding } from '../../src/contracts/flow/FlowProbe.js';
import { bucketByLength } from '../../src/operators/batches/bucketByLength.js';
import { trace } from '../../src/operators/flow/trace.js';
import { shuffle } from '../../src/operators/rows/shuffle.js';
import { expectFlow } from '../../src/testing/expectFlow.js';

it('sees the most that operators hold, and passes where that is within their bounds', async () => {
  const row$ = range(0, 500).pipe(map((id) => ({ id, tokens: new Int32Array(1 + (id % 9)) })));
  const { stages } = await expectFlow(
    row$.pipe(
      trace('rows'),
      shuffle({ buffer: 50, seed: 1 }),
      trace('shuffled'),
      bucketByLength({ batchSize: 8, boundaries: [3, 6] }),
      trace('batched'),
    ),
  );
  const most = stages.flatMap(({ holdings }) =>
    holdings.map(({ operator, most: held, bound }) => [operator, held, bound]),
  );
  expect(most).toEqual([
    ['bucketByLength', expect.any(Number), 21],
    ['shuffle', 50, 50],
  ]);
  expect(stages.find(({ name }) => name === 'rows')?.values).toBe(500);
});

it('names an operator that holds more than its bound', async () => {
  const hoarding$ = new Observable<number>((subscriber) => {
    let held = 0;
    return withHolding(
      of(1, 2, 3).pipe(
        trace('in'),
        map(() => ++held),
      ),
      { operator: 'hoard', held: () => held, bound: 2 },
    ).subscribe(subscriber);
  });
  await expect(expectFlow(hoarding$.pipe(trace('hoarded')))).rejects.toThrow(
    'Stage "hoarded": hoard held 3 values, and its bound is 2.',
  );
});

it('passes an error on, and lets others watch after it', async () => {
  await expect(expectFlow(throwError(() => new Error('boom')))).rejects.toThrow('boom');
  await expect(expectFlow(of(1))).resolves.toMatchObject({ type: 'flow' });
});
