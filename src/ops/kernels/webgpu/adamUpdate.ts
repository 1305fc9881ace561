import { reshape } from '@tensorflow/tfjs-core';
import { adamUpdateOp, adamWeights } from '../../internal/adamUpdate.js';
import { composedKernel } from '../../definition/defineOp.js';
import type { OpKernel } from '../../definition/defineOp.js';
import { runEach } from './gpuProgram.js';

const each = (value: string): string => `
      fn main(index : i32) {
        if (index >= uniforms.count) { return; }
        result[index] = ${value};
      }`;

/**
 * The kernel of an Adam step: three dispatches per weight. It does not write in place: if a read of a weight is in
 * progress, tfjs would cache the old values as the values of the weight.
 */
export const adamUpdateKernels: readonly OpKernel[] = [
  composedKernel({
    ...adamUpdateOp,
    compose: (inputs, { learningRate, beta1, beta2, epsilon, weightDecay, step }) =>
      adamWeights(inputs).flatMap(({ weight, gradient, m, v }) => {
        const { size, shape } = weight;
        const newM = runEach(size, {
          key: 'adam_m',
          inputs: { m, g: gradient },
          integers: {},
          floats: { kept: beta1, taken: 1 - beta1 },
          size,
          code: each('uniforms.kept * m[index] + uniforms.taken * g[index]'),
        });
        const newV = runEach(size, {
          key: 'adam_v',
          inputs: { v, g: gradient },
          integers: {},
          floats: { kept: beta2, taken: 1 - beta2 },
          size,
          code: each('uniforms.kept * v[index] + uniforms.taken * g[index] * g[index]'),
        });
        const newWeight = runEach(size, {
          key: 'adam_weight',
          inputs: { weight, m: newM, v: newV },
          integers: {},
          floats: {
            keep: 1 - learningRate * weightDecay,
            stepSize: learningRate / (1 - beta1 ** step),
            root: Math.sqrt(1 - beta2 ** step),
            epsilon,
          },
          size,
          code: each(
            'uniforms.keep * weight[index] - uniforms.stepSize * m[index] / ' +
              '(sqrt(v[index]) / uniforms.root + uniforms.epsilon)',
          ),
        });
        return [newWeight, newM, newV].map((flat) => reshape(flat, shape));
      }),
  }),
];
