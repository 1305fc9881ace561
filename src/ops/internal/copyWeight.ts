import type { Tensor } from '@tensorflow/tfjs-core';
import type { Weight } from '../../contracts/models/StateDict.js';

/** A copy of a tensor's values that no backend knows of. */
export const copyWeight = (tensor: Tensor): Weight => ({
  shape: [...tensor.shape],
  data: new Float32Array(tensor.dataSync()),
});
