import { registerBackend } from '../../src/ops/backends/registerBackend.js';
import { tensorflow } from '../tensorflow.js';
import { registerSimd } from './kernels/simd/simdBackend.js';

registerBackend({ simd: 'none' });

/**
 * Every backend that an op runs on here: the reference kernels, the fast ones of each variant on one, two and three
 * threads, and compositions of stock ops.
 */
export const everyBackend: readonly string[] = [
  'headwater',
  ...(['wide', 'relaxed', 'simd'] as const).flatMap((simd) =>
    [1, 2, 3].map((threads) => registerSimd(simd, threads).name),
  ),
  'cpu',
  ...tensorflow,
];
