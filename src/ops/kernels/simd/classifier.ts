import type { OpKernel } from '../../definition/defineOp.js';
import { CLASSIFIER_OPS } from '../../recurrent/internal/classifierOps.js';
import { drop } from './layers/dropout.js';
import { embeddedBackward, embeddedForward } from './embeddedRecurrent.js';
import type { Resident } from './machine/KernelMachine.js';
import { linear, linearGradients } from './layers/linear.js';
import { simdKernel } from './machine/simdKernel.js';
import { crossEntropyInPlace, probabilitiesOf } from './layers/softmax.js';

/** The kernels of the classifier as a whole. */
export const classifierKernels: readonly OpKernel[] = (['rnn', 'gru', 'lstm'] as const).flatMap((cell) => {
  const { probabilities, gradients } = CLASSIFIER_OPS[cell];
  return [
    simdKernel(probabilities, (machine, { fc1_weight, fc1_bias, fc2_weight, fc2_bias, ...embedded }, attributes) => {
      const [last] = embeddedForward(cell, machine, embedded, attributes);
      const logits = linear(machine, linear(machine, last, fc1_weight, fc1_bias), fc2_weight, fc2_bias);
      return [probabilitiesOf(machine, logits)];
    }),

    simdKernel(gradients, (machine, { fc1_weight, fc1_bias, fc2_weight, fc2_bias, ...embedded }, attributes) => {
      const dropped = (x: Resident): Resident => (attributes.rate === 0 ? x : drop(machine, x, attributes));
      const [last, reserve] = embeddedForward(cell, machine, embedded, attributes);
      const features = dropped(linear(machine, last, fc1_weight, fc1_bias));
      const logits = linear(machine, features, fc2_weight, fc2_bias);
      const loss = crossEntropyInPlace(machine, logits, attributes);
      const [dFeatures, ...ofFc2] = linearGradients(machine, logits, features, fc2_weight);
      const [dLast, ...ofFc1] = linearGradients(machine, dropped(dFeatures), last, fc1_weight);
      return [
        loss,
        ...embeddedBackward(cell, machine, { ...embedded, reserve, dLast }, attributes),
        ...ofFc1,
        ...ofFc2,
      ];
    }),
  ];
});
