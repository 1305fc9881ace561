import { labelledBatch } from '../../../../src/testing/labelledBatch.js';
import { marbleBatchSource } from '../../../../src/testing/marbleBatchSource.js';
import { concat, ignoreElements, map, merge, take, timer } from 'rxjs';
import { boundedQueue } from '../../../../src/operators/flow/boundedQueue.js';
import { trace } from '../../../../src/operators/flow/trace.js';
import { watchFlow } from '../../../../src/operators/flow/watchFlow.js';
import { alongside } from '../../../../src/sinks/alongside.js';
import { flowTrace } from '../../../../src/sinks/flow/flowTrace.js';
import { valve } from '../../../../src/streams/valve.js';
import { marbleSource } from '../../../../src/testing/marbleSource.js';
import { marbleValve } from '../../../../src/testing/marbleValve.js';
import type { Case } from './Case.js';

/** How the diagrams of back-pressure and the flow are run, by the files that they stand in. */
export const FLOW: Readonly<Record<string, Case>> = {
  valve: ({ helpers, marbles }) => {
    const brake = valve();
    for (const line of ['a', 'b']) {
      let release = (): void => undefined;
      helpers.hot(marbles(line)).subscribe((sign) => {
        if (sign === 'h') release = brake.hold();
        else release();
      });
    }
    return { open$: brake.open$.pipe(map((open) => (open ? 'o' : 'c'))) };
  },
  boundedQueue: ({ play }) => {
    const brake = valve();
    return {
      result: play('source').pipe(
        boundedQueue({
          valve: brake,
          highWaterMark: 2,
          project: (value) => timer(4).pipe(map(() => value)),
        }),
      ),
      valve: brake.open$.pipe(map((open) => (open ? 'o' : 'c'))),
    };
  },
  alongside: ({ play }) => ({
    result: play('source').pipe(
      // A sink that takes three frames more when its source has ended.
      alongside((source) => concat(source.pipe(ignoreElements()), timer(3).pipe(ignoreElements()))),
    ),
  }),
  marbleSource: ({ helpers, marbles }) => ({
    source: marbleSource(helpers, marbles('diagram'), undefined, { valve: marbleValve(helpers, marbles('valve')) }),
  }),
  marbleBatchSource: ({ helpers, marbles }) => {
    const [a, b, v] = [1, 2, 3].map((seed) => labelledBatch({ seed }));
    const values = Object.fromEntries(
      Object.entries({ a, b, v }).flatMap(([sign, batch]) => (batch ? [[sign, batch]] : [])),
    );
    const source = marbleBatchSource(helpers, { train: marbles('train'), validation: marbles('validation') }, values);
    return {
      'one epoch': concat(source.batches('train', 1), source.batches('validation', 1)).pipe(
        map((batch) => Object.entries(values).find(([, one]) => one === batch)?.[0] ?? '?'),
      ),
    };
  },
  marbleValve: ({ helpers, marbles }) => ({
    open$: marbleValve(helpers, marbles('diagram')).open$.pipe(map((open) => (open ? 'o' : 'c'))),
  }),
  trace: ({ play }) => ({ result: play('source').pipe(trace('tokenize')) }),
  watchFlow: ({ play }) => ({
    result: merge(watchFlow({ every: 10 }), play('pipeline').pipe(trace('all'), ignoreElements())).pipe(
      take(2),
      map(({ stages: [stage] }) => (stage?.name === 'all' && stage.rate > 0 ? 's' : '?')),
    ),
  }),
  flowTrace: ({ play }) => ({
    result: play('snapshots', {
      s: {
        type: 'flow' as const,
        atMs: 1000,
        intervalMs: 1000,
        stages: [],
        edges: [],
        valves: [{ holder: 'printer', share: 1, heldMs: 1000 }],
        idle: 1,
        bottleneck: undefined,
      },
    }).pipe(
      flowTrace(),
      map((text) => (text.startsWith('[') ? 'a' : text.endsWith(']\n') ? 'c' : 'b')),
    ),
  }),
};
