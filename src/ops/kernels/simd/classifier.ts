import { crossEntropy, crossEntropyGradient } from '../headwater/crossEntropy.js';
import { softmaxRows } from '../headwater/softmaxRows.js';
import type { OpKernel } from '../../defineOp.js';
import { CLASSIFIER_OPS } from '../../recurrent/classifierOps.js';
import { drop } from './dropout.js';
import { embeddedBackward, embeddedForward } from './embeddedRecurrent.js';
import type { KernelMachine, Resident } from './KernelMachine.js';
import { linear, linearGradients } from './linear.js';
import { simdKernel } from './simdKernel.js';

/** A result's values, for the few that are computed in TypeScript: exponentials of a batch's logits. */
const valuesOf = ({ memory }: KernelMachine, { at, shape }: Resident): Float32Array => memory.floats(at, shape.reduce((size, side) => size * side, 1));

/** The kernels of the classifier as a whole. */
export const classifierKernels: readonly OpKernel[] = (['rnn', 'gru', 'lstm'] as const).flatMap((cell) => {
  const { probabilities, gradients } = CLASSIFIER_OPS[cell];
  return [
    simdKernel(probabilities, (machine, { fc1_weight, fc1_bias, fc2_weight, fc2_bias, ...embedded }, attributes) => {
      const [last] = embeddedForward(cell, machine, embedded, attributes);
      const logits = linear(machine, linear(machine, last, fc1_weight, fc1_bias), fc2_weight, fc2_bias);
      const values = valuesOf(machine, logits);
      values.set(softmaxRows(values, logits.shape[1]!));
      return [logits];
    }),

    simdKernel(gradients, (machine, { fc1_weight, fc1_bias, fc2_weight, fc2_bias, ...embedded }, attributes) => {
      const dropped = (x: Resident): Resident => (attributes.rate === 0 ? x : drop(machine, x, attributes));
      const [last, reserve] = embeddedForward(cell, machine, embedded, attributes);
      const features = dropped(linear(machine, last, fc1_weight, fc1_bias));
      const logits = linear(machine, features, fc2_weight, fc2_bias);

      const values = valuesOf(machine, logits);
      const classes = logits.shape[1]!;
      const loss = machine.makeResult();
      valuesOf(machine, loss)[0] = crossEntropy(values, classes, attributes);
      values.set(crossEntropyGradient(softmaxRows(values, classes), classes, 1, attributes));

      const [dFeatures, ...ofFc2] = linearGradients(machine, logits, features, fc2_weight);
      const [dLast, ...ofFc1] = linearGradients(machine, dropped(dFeatures), last, fc1_weight);
      return [loss, ...embeddedBackward(cell, machine, { ...embedded, reserve, dLast }, attributes), ...ofFc1, ...ofFc2];
    }),
  ];
});
