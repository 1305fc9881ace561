import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { HeadwaterError } from '../../../../contracts/HeadwaterError.js';
import type { NamedAttributes, NamedTensors, Op, OpKernel } from '../../../definition/defineOp.js';

/** The values of a tensor for a kernel: row-major float32. */
export interface Values {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** The inputs of an op as values, under the same names. */
export type InputValues<In extends NamedTensors<In>> = {
  readonly [Name in keyof In]: undefined extends In[Name] ? Values | undefined : Values;
};

/** The outputs of an op as values, in the same order. */
export type OutputValues<Out extends readonly Tensor[]> = { readonly [Position in keyof Out]: Values };

/**
 * Makes a kernel for a backend in plain JavaScript from a function over typed arrays.
 *
 * @param op the op that it computes
 * @param compute computes the outputs from the inputs; it must not change the inputs, and its outputs must be new
 *   arrays
 */
export const referenceKernel = <
  In extends NamedTensors<In>,
  Out extends readonly Tensor[],
  Attributes extends NamedAttributes<Attributes>,
>(
  op: Op<In, Out, Attributes>,
  compute: (inputs: InputValues<In>, attributes: Attributes) => OutputValues<Out>,
): OpKernel => ({
  kernelName: op.name,
  kernelFunc: ({ inputs, attrs, backend }) => {
    if (!(backend instanceof MathBackendCPU))
      throw new HeadwaterError(
        'HW_BACKEND',
        `The reference kernel of ${op.name} was registered for a ` +
          'backend that does not keep its values in typed arrays.',
      );
    const values: Record<string, Values> = {};
    for (const [name, info] of Object.entries(inputs)) {
      if (info !== undefined)
        values[name] = { shape: info.shape, data: backend.data.get(info.dataId).values as Float32Array };
    }
    return compute(values as InputValues<In>, attrs as Attributes).map(({ shape, data }): TensorInfo =>
      backend.makeTensorInfo([...shape], 'float32', data),
    );
  },
});
