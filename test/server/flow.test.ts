import { Subject } from 'rxjs';
import { expect, it } from 'vitest';
import type { FlowSnapshot } from '../../src/contracts/flow/FlowSnapshot.js';
import type { LiveHeadline } from '../../src/contracts/live/Live.js';
import { trace } from '../../src/operators/flow/trace.js';
import { watchFlow } from '../../src/operators/flow/watchFlow.js';
import { headline } from '../operators/live/headline.js';
import { serving } from './serving.js';

const lastOf = (seen: { readonly snapshots: readonly FlowSnapshot[] }): FlowSnapshot | undefined =>
  seen.snapshots.at(-1);

it('follows requests and feeds through the queue and the model', async () => {
  const arriving$ = new Subject<LiveHeadline>();
  const { get, classify } = await serving({
    flow$: watchFlow({ every: 5 }),
    headlines: () => arriving$.pipe(trace('feeds')),
    maxWaitMs: 1,
  });
  await (await classify('["ferry", "goal", "cup"]')).json();
  arriving$.next(headline({ title: 'port' }));
  arriving$.next(headline({ title: 'final' }));
  const flow = async (query = ''): Promise<{ readonly snapshots: readonly FlowSnapshot[] }> =>
    (await (await get(`/flow${query}`)).json()) as { readonly snapshots: readonly FlowSnapshot[] };
  await expect
    .poll(async () => {
      const { stages = [], edges = [] } = lastOf(await flow()) ?? {};
      return {
        stages: Object.fromEntries(stages.map(({ name, values }) => [name, values])),
        edges: edges.map(({ from, to, values }) => `${from} > ${to}: ${values}`).toSorted(),
        held: stages.find(({ name }) => name === 'queue')?.holdings.map(({ operator, bound }) => [operator, bound]),
      };
    })
    .toEqual({
      stages: { requests: 3, feeds: 2, microBatch: 1, queue: 5, classify: 5, answers: 3, events: 2 },
      edges: [
        'classify > answers: 3',
        'classify > events: 2',
        'feeds > microBatch: 2',
        'microBatch > queue: 1',
        'queue > classify: 5',
        'requests > queue: 3',
      ],
      held: [
        ['classify queue', 4096],
        ['boundedQueue', null],
      ],
    });

  const { atMs = 0 } = lastOf(await flow()) ?? {};
  const later = await flow(`?after=${atMs}`);
  expect(later.snapshots.every((snapshot) => snapshot.atMs > atMs)).toBe(true);
  expect((await get('/flow?after=soon')).status).toBe(400);
  const metrics = await (await get('/metrics')).text();
  expect(metrics).toContain('headwater_flow_values_total{stage="classify"} 5\n');
});

it('tells of no flow where none is watched', async () => {
  const { get } = await serving();
  expect(await (await get('/flow')).json()).toEqual({ snapshots: [] });
  expect(await (await get('/metrics')).text()).not.toContain('headwater_flow');
});
