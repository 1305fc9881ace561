import type { LinearConfig } from '../LinearConfig.js';

/**
 * The shapes of a linear classifier's weights, by name.
 *
 * @param touched the number of columns with weights
 */
export const linearShapes = ({ classes }: LinearConfig, touched: number): ReadonlyMap<string, readonly number[]> =>
  new Map<string, readonly number[]>([
    ['bias', [classes]],
    ['wide.rows', [touched]],
    ['wide.values', [touched, classes]],
  ]);
