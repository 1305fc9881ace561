import type { GradConfig } from '@tensorflow/tfjs-core';

interface Bundle {
  readonly STOCK_GRADIENTS: readonly GradConfig[];
}

/**
 * The gradients of tfjs's own ops, as tfjs-core defines them.
 *
 * tfjs-core's entry for Node leaves them out, and Node cannot import the files that they are in: those import one
 * another without file extensions. So the build bundles them, and puts the bundle in the place of this module in
 * `dist/`. This module is what stands for it where the sources are run: it takes the bundle from there.
 *
 * @internal
 */
export const { STOCK_GRADIENTS } = (await import(
  new URL('../../dist/ops/stockGradients.js', import.meta.url).href
)) as Bundle;
