import { checkArgument } from '../contracts/checkArgument.js';
import { defer, finalize, lastValueFrom, type Observable } from 'rxjs';
import { beginFlowWatch } from '../contracts/flow/FlowProbe.js';
import type { FlowSnapshot } from '../contracts/flow/FlowSnapshot.js';
import { FlowWatch } from '../operators/flow/internal/FlowWatch.js';
import { trace } from '../operators/flow/trace.js';

/** An operator held more values than its bound. */
export class BoundExceeded extends Error {
  override readonly name = 'BoundExceeded';
}

/**
 * Runs a pipeline to its end, and asserts that no operator in it ever held more values than its bound.
 *
 * The held values are checked at each value that a stage emits, before and after it is passed on. So an operator is
 * checked best between two `trace`s.
 *
 * @param pipeline$ the pipeline; it is subscribed to once, and its values are ignored
 * @returns a snapshot of the whole run: each stage with its values and its holdings
 * @throws BoundExceeded with the operator, the number of values it held and its bound; the error of the pipeline;
 *   HeadwaterError `HW_USAGE` while the flow is watched already
 *
 * @example
 * ```ts
 * import { range } from 'rxjs';
 * import { shuffle, trace } from 'headwater';
 * import { expectFlow } from 'headwater/testing';
 *
 * const { stages } = await expectFlow(
 *   range(1, 100).pipe(trace('numbers'), shuffle({ buffer: 10, seed: 1 }), trace('shuffled')),
 * );
 * for (const { name, holdings } of stages)
 *   for (const { operator, most, bound } of holdings) console.log(name, operator, most, bound);
 *   // shuffled shuffle 10 10
 * ```
 */
export const expectFlow = async (pipeline$: Observable<unknown>): Promise<FlowSnapshot> => {
  checkArgument('expectFlow', 'pipeline$', pipeline$, 'an Observable', ['pipe']);

  const watch = new FlowWatch(() => performance.now(), true);
  const watched$ = defer(() => {
    const end = beginFlowWatch(watch);
    return pipeline$.pipe(trace('end'), finalize(end));
  });
  await lastValueFrom(watched$, { defaultValue: undefined });
  const seen = watch.snapshot();
  for (const { name, holdings } of seen.stages)
    for (const { operator, most, bound } of holdings)
      if (bound !== null && most > bound)
        throw new BoundExceeded(
          `Stage ${JSON.stringify(name)}: ${operator} held ${most} values, and its bound is ${bound}.`,
        );
  return seen;
};
