import type { GradConfig } from '@tensorflow/tfjs-core';

interface Bundle {
  readonly STOCK_GRADIENTS: readonly GradConfig[];
}

/**
 * The gradients of tfjs's own ops, as tfjs-core defines them.
 *
 * The entry of tfjs-core for Node does not contain them, and Node cannot import their files, which import each other
 * without file extensions. So the build makes a bundle of them, and the bundle replaces this module in `dist/`. If the
 * sources are run directly, this module imports that bundle.
 *
 * @internal
 */
export const { STOCK_GRADIENTS } = (await import(
  new URL('../../dist/ops/stockGradients.js', import.meta.url).href
)) as Bundle;
