import { graphlib, layout } from '@dagrejs/dagre';
import type { FlowSnapshot } from '../../contracts/flow/FlowSnapshot.js';

/** A position in the picture, in pixels. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The positions of the stages and edges of a flow. */
export interface FlowLayout {
  readonly width: number;
  readonly height: number;
  /** The centre of each stage. */
  readonly stages: ReadonlyMap<string, Point>;
  readonly edges: readonly { readonly from: string; readonly to: string; readonly points: readonly Point[] }[];
}

/** The size of a stage, in pixels. */
export const BOX = { width: 152, height: 106 } as const;

/** A key of the stages and edges. The layout is computed again only when it changes. */
export const shapeOf = ({ stages, edges }: FlowSnapshot): string =>
  JSON.stringify([stages.map(({ name }) => name), edges.map(({ from, to }) => [from, to])]);

/** Computes the layout of a flow from left to right in layers (dagre: after Sugiyama, Tagawa and Toda, 1981). */
export const layoutFlow = ({ stages, edges }: FlowSnapshot): FlowLayout => {
  const graph = new graphlib.Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: 24, ranksep: 26, marginx: 8, marginy: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { name } of stages) graph.setNode(name, { ...BOX });
  for (const { from, to } of edges) if (from !== to) graph.setEdge(from, to);
  layout(graph);
  const { width = 0, height = 0 } = graph.graph() as { readonly width?: number; readonly height?: number };
  return {
    width,
    height,
    stages: new Map(
      stages.map(({ name }) => {
        const { x, y } = graph.node(name) as Point;
        return [name, { x, y }];
      }),
    ),
    edges: graph.edges().map((edge) => {
      const { points = [] } = graph.edge(edge) as { readonly points?: readonly Point[] };
      return { from: edge.v, to: edge.w, points: points.map(({ x, y }) => ({ x, y })) };
    }),
  };
};
