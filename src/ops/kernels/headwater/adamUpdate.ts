import type { TensorInfo } from '@tensorflow/tfjs-core';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import type { AdamAttributes } from '../../internal/adamUpdate.js';
import { adamUpdateOp, adamWeights } from '../../internal/adamUpdate.js';
import type { OpKernel } from '../../definition/defineOp.js';

/** Writes the step into `weight`, `m` and `v`; the equations are at `adamUpdateOp`. */
const update = (
  weight: Float32Array,
  gradient: Float32Array,
  m: Float32Array,
  v: Float32Array,
  attributes: AdamAttributes,
): void => {
  const { learningRate, beta1, beta2, epsilon, weightDecay, step } = attributes;
  const keep = 1 - learningRate * weightDecay;
  const stepSize = learningRate / (1 - beta1 ** step);
  const root = Math.sqrt(1 - beta2 ** step);
  for (let i = 0; i < weight.length; i++) {
    const g = gradient[i]!;
    const newM = beta1 * m[i]! + (1 - beta1) * g;
    const newV = beta2 * v[i]! + (1 - beta2) * g * g;
    m[i] = newM;
    v[i] = newV;
    weight[i] = keep * weight[i]! - (stepSize * newM) / (Math.sqrt(newV) / root + epsilon);
  }
};

/**
 * It writes in place, unlike every other reference kernel. The weights are most of the memory of a training, and three
 * new copies of them per step would be most of its allocations.
 */
export const adamUpdateKernels: readonly OpKernel[] = [
  {
    kernelName: adamUpdateOp.name,
    kernelFunc: ({ inputs, attrs, backend }) => {
      if (!(backend instanceof MathBackendCPU))
        throw new HeadwaterError(
          'HW_BACKEND',
          `The reference kernel of ${adamUpdateOp.name} was registered for a ` +
            'backend that does not keep its values in typed arrays.',
        );
      const values = ({ dataId }: TensorInfo): Float32Array => backend.data.get(dataId).values as Float32Array;
      // A weight that was cast from integers still has an integer array, which cannot store fractions.
      const written = (info: TensorInfo): Float32Array => {
        const data = backend.data.get(info.dataId);
        if (!(data.values instanceof Float32Array))
          Object.assign(data, { values: Float32Array.from(values(info)), dtype: 'float32' });
        return values(info);
      };
      for (const { weight, gradient, m, v } of adamWeights<TensorInfo>(inputs))
        update(written(weight), values(gradient), written(m), written(v), attrs as AdamAttributes);
      return [];
    },
  },
];
