import type { TensorInfo } from '@tensorflow/tfjs-core';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { adamUpdateOp, adamWeights } from '../../adamUpdate.js';
import type { AdamAttributes, AdamTensors } from '../../adamUpdate.js';
import type { OpKernel } from '../../defineOp.js';
import { EmbeddedBackend } from '../../EmbeddedBackend.js';
import type { KernelMachine } from './KernelMachine.js';
import { tasksFor } from './products.js';

/** Values that a task takes: 256 KiB of the four arrays. */
const PART = 1 << 14;

/** Writes the step into `weight`, `m` and `v`; the equations stand at `adamUpdateOp` and in assembly/adam.ts. */
const update = (machine: KernelMachine, count: number, addresses: AdamTensors<number>, { learningRate, beta1, beta2, epsilon, step }: AdamAttributes): void =>
  machine.threads.run('adam', tasksFor(count, PART), {
    ...addresses,
    count,
    part: PART,
    beta1,
    beta2,
    rest1: 1 - beta1,
    rest2: 1 - beta2,
    stepSize: learningRate / (1 - beta1 ** step),
    rootScale: 1 / Math.sqrt(1 - beta2 ** step),
    epsilon,
  });

/** In place, so what was derived from the weights before is thrown away. */
export const adamUpdateKernels: readonly OpKernel[] = [
  {
    kernelName: adamUpdateOp.name,
    kernelFunc: ({ inputs, attrs, backend }) => {
      if (!(backend instanceof EmbeddedBackend) || backend.machine === undefined) throw new HeadwaterError('HW_BACKEND', `The fast kernel of ${adamUpdateOp.name} was registered for a backend that does not keep its values in the kernels' memory.`);
      const { machine } = backend;
      const address = ({ dataId }: TensorInfo): number => backend.addressOf(dataId, machine);
      for (const { weight, gradient, m, v } of adamWeights<TensorInfo>(inputs)) {
        const count = weight.shape.reduce((size, side) => size * side, 1);
        update(machine, count, { weight: address(weight), gradient: address(gradient), m: address(m), v: address(v) }, attrs as AdamAttributes);
        for (const { dataId } of [weight, m, v]) machine.derived.changed(dataId);
      }
      return [];
    },
  },
];
