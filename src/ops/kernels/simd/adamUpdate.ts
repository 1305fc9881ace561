import type { TensorInfo } from '@tensorflow/tfjs-core';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { adamUpdateOp, adamWeights } from '../../internal/adamUpdate.js';
import type { AdamAttributes } from '../../internal/adamUpdate.js';
import type { OpKernel } from '../../definition/defineOp.js';
import { EmbeddedBackend } from './machine/EmbeddedBackend.js';
import { putInts } from './machine/directionRun.js';
import { tasksFor } from './machine/products.js';

/** The number of values per task: 256 KiB in the four arrays. */
const PART = 1 << 14;

/**
 * Writes the step into `weight`, `m` and `v`, and discards the values that were derived from the old weights. The
 * equations are at `adamUpdateOp` and in assembly/adam.ts.
 */
export const adamUpdateKernels: readonly OpKernel[] = [
  {
    kernelName: adamUpdateOp.name,
    kernelFunc: ({ inputs, attrs, backend }) => {
      if (!(backend instanceof EmbeddedBackend) || backend.machine === undefined)
        throw new HeadwaterError(
          'HW_BACKEND',
          `The fast kernel of ${adamUpdateOp.name} was registered for a ` +
            "backend that does not keep its values in the kernels' memory.",
        );
      const { machine } = backend;
      const { learningRate, beta1, beta2, epsilon, weightDecay, step } = attrs as AdamAttributes;
      const written = ({ dataId }: TensorInfo): number => backend.addressToWrite(dataId, machine);
      const weights = adamWeights<TensorInfo>(inputs);
      // AdamWeight of assembly/adam.ts.
      const table: number[] = [];
      let tasks = 0;
      for (const { weight, gradient, m, v } of weights) {
        const count = weight.shape.reduce((size, side) => size * side, 1);
        table.push(written(weight), backend.addressOf(gradient.dataId, machine), written(m), written(v), count, tasks);
        tasks += tasksFor(count, PART);
      }
      machine.memory.borrow((take) => {
        const moments = { beta1, beta2, rest1: 1 - beta1, rest2: 1 - beta2 };
        machine.threads.run('adam', tasks, {
          weights: putInts(machine, take, Int32Array.from(table)),
          length: weights.length,
          part: PART,
          ...moments,
          stepSize: learningRate / (1 - beta1 ** step),
          rootScale: 1 / Math.sqrt(1 - beta2 ** step),
          epsilon,
          keep: 1 - learningRate * weightDecay,
        });
      });
      for (const { weight, m, v } of weights) for (const { dataId } of [weight, m, v]) machine.derived.changed(dataId);
      return [];
    },
  },
];
