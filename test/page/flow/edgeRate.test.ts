import { expect, it } from 'vitest';
import type { FlowEdge, FlowSnapshot } from '../../../src/contracts/flow/FlowSnapshot.js';
import { edgeRate } from '../../../src/page/flow/edgeRate.js';

const snapshot = (atMs: number, edges: readonly FlowEdge[]): FlowSnapshot => ({
  type: 'flow',
  atMs,
  intervalMs: 2000,
  stages: [],
  edges,
  valves: [],
  idle: 1,
  bottleneck: undefined,
});

it('counts what has passed an edge since the snapshot before, also when other edges have come', () => {
  const read = { from: 'read', to: 'split', values: 10_000 };
  const grown = { ...read, values: 10_600 };
  const added = { from: 'split', to: 'train', values: 40 };
  const before = snapshot(100_000, [read]);
  const now = snapshot(102_000, [grown, added]);
  expect(edgeRate(grown, now, before)).toBe(300);
  expect(edgeRate(added, now, before)).toBe(20);
  // A page that was opened later.
  expect(edgeRate(read, before, undefined)).toBe(100);
});
