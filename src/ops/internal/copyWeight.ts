import type { Tensor } from '@tensorflow/tfjs-core';
import type { Weight } from '../../contracts/models/StateDict.js';

/** A copy of the values of a tensor, independent of any backend. */
export const copyWeight = (tensor: Tensor): Weight => ({
  shape: [...tensor.shape],
  data: new Float32Array(tensor.dataSync()),
});
