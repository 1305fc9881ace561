import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { LoadedTensorflow } from './loadTensorflow.js';

/**
 * What a bundler for browsers takes for `loadTensorflow.ts`: `browser` in package.json says so.
 *
 * @throws HeadwaterError `HW_BACKEND`
 */
export const loadTensorflow = (): LoadedTensorflow => {
  throw new HeadwaterError(
    'HW_BACKEND',
    'TensorFlow is a library for Node, and does not load in a browser. Select the backend headwater.',
  );
};
