import type { Tensor } from '@tensorflow/tfjs-core';
import { HeadwaterError } from '../../../../contracts/HeadwaterError.js';
import type { NamedAttributes, NamedTensors, Op, OpKernel } from '../../../definition/defineOp.js';
import { EmbeddedBackend } from './EmbeddedBackend.js';
import type { KernelMachine, Resident } from './KernelMachine.js';

/** The inputs of an op by name. */
export type ResidentInputs<In extends NamedTensors<In>> = {
  readonly [Name in keyof In]: undefined extends In[Name] ? Resident | undefined : Resident;
};

/** The outputs of an op in order. */
export type ResidentOutputs<Out extends readonly Tensor[]> = { readonly [Position in keyof Out]: Resident };

/**
 * Makes a kernel for the embedded backend from a function over the memory of the kernels.
 *
 * @param op the op that it computes
 * @param compute computes the outputs from the inputs; it must not change the inputs, and each output must be a result
 *   made by the machine
 */
export const simdKernel = <
  In extends NamedTensors<In>,
  Out extends readonly Tensor[],
  Attributes extends NamedAttributes<Attributes>,
>(
  op: Op<In, Out, Attributes>,
  compute: (machine: KernelMachine, inputs: ResidentInputs<In>, attributes: Attributes) => ResidentOutputs<Out>,
): OpKernel => ({
  kernelName: op.name,
  kernelFunc: ({ inputs, attrs, backend }) => {
    if (!(backend instanceof EmbeddedBackend) || backend.machine === undefined)
      throw new HeadwaterError(
        'HW_BACKEND',
        `The fast kernel of ${op.name} was registered for a backend ` +
          "that does not keep its values in the kernels' memory.",
      );
    const { machine } = backend;
    const residents: Record<string, Resident> = {};
    for (const name in inputs) {
      const info = inputs[name];
      if (info !== undefined)
        residents[name] = { shape: info.shape, at: backend.addressOf(info.dataId, machine), id: info.dataId };
    }
    return machine
      .collect(() => compute(machine, residents as ResidentInputs<In>, attrs as Attributes))
      .map(({ shape, at }) => backend.adopt(at, shape, machine));
  },
});
