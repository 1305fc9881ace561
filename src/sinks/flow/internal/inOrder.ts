import type { FlowSnapshot, FlowStage } from '../../../contracts/flow/FlowSnapshot.js';

/**
 * Sorts the stages in the order of the data flow: each stage comes after its sources (Kahn's algorithm, "Topological
 * sorting of large networks", 1962). Stages in a cycle keep the reverse order of their subscriptions.
 */
export const inOrder = ({ stages, edges }: Pick<FlowSnapshot, 'stages' | 'edges'>): readonly FlowStage[] => {
  const left = stages.toReversed();
  const placed: FlowStage[] = [];
  while (left.length > 0) {
    const waiting = new Set(left.map(({ name }) => name));
    const at = left.findIndex(
      ({ name }) => !edges.some(({ from, to }) => to === name && from !== name && waiting.has(from)),
    );
    placed.push(...left.splice(Math.max(at, 0), 1));
  }
  return placed;
};
