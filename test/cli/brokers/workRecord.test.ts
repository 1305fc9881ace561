import { Subject } from 'rxjs';
import { expect, it } from 'vitest';
import { WorkRecord } from '../../../src/cli/brokers/WorkRecord.js';
import type { Delivery } from '../../../src/contracts/flow/Delivery.js';

it('counts what is in progress of the partitions that a worker keeps, and not of those that it gives up', () => {
  const record = new WorkRecord({ group: 'g', from: 'a', to: 'b' });
  const given = new Set<number>();
  const delivery = (partition: number): Delivery<string> =>
    Object.assign(
      { value: 'x', id: String(partition), attempt: 1, settle: () => undefined },
      { origin: { isCurrent: () => !given.has(partition) } },
    );
  const deliveries$ = new Subject<Delivery<string>>();
  const working = deliveries$.pipe(record.held()).subscribe();
  for (const partition of [0, 1, 2]) deliveries$.next(delivery(partition));
  expect(record.status().inFlight).toBe(3);
  given.add(1);
  record.take({ type: 'rebalanced', partitions: [0, 2] });
  expect(record.status().inFlight).toBe(2);
  working.unsubscribe();
});
