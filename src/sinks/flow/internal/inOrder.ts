import type { FlowSnapshot, FlowStage } from '../../../contracts/flow/FlowSnapshot.js';

/**
 * The stages in the order in which values pass them: each after those that it takes values from (Kahn's algorithm, "Topological
 * sorting of large networks", 1962). Stages of a circle keep the order in which they were subscribed to, the first one last.
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
