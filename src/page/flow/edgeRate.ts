import type { FlowEdge, FlowSnapshot } from '../../contracts/flow/FlowSnapshot.js';

/**
 * The number of values a second that have passed an edge since the snapshot before. An edge that is new since then has
 * begun at 0. Without a snapshot before, it is the mean since the beginning.
 */
export const edgeRate = (
  { from, to, values }: FlowEdge,
  { atMs, intervalMs }: FlowSnapshot,
  before: FlowSnapshot | undefined,
): number => {
  if (before === undefined) return (values * 1000) / Math.max(1, atMs);
  const earlier = before.edges.find((edge) => edge.from === from && edge.to === to)?.values ?? 0;
  return (Math.max(0, values - earlier) * 1000) / Math.max(1, intervalMs);
};
