import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { LoadedTensorflow } from './loadTensorflow.js';

/**
 * Replaces `loadTensorflow.ts` in bundles for browsers, through the field `browser` of package.json.
 *
 * @throws HeadwaterError `HW_BACKEND`
 */
export const loadTensorflow = (): LoadedTensorflow => {
  throw new HeadwaterError(
    'HW_BACKEND',
    'TensorFlow is a library for Node, and does not load in a browser. Select the backend headwater.',
  );
};
