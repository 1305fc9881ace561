import { findBackend, getKernel } from '@tensorflow/tfjs-core';
import type { KernelBackend, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { composedKernel } from '../../definition/defineOp.js';
import type { NamedAttributes, NamedTensors, Op, OpKernel } from '../../definition/defineOp.js';
import { BACKEND_NAME } from '../../definition/backendName.js';
import { attach, attachmentOf } from '../../tensorflow/tensorAttachments.js';
import type { Attachment } from '../../tensorflow/tensorAttachments.js';

/** The input name of the reserve in an op's gradient. */
const RESERVE = 'reserve';

/** The methods of a backend that create, read and dispose of tensors. */
type TensorStore = Pick<KernelBackend, 'write' | 'readSync' | 'disposeData'>;

/** The reserve of a forward pass. It stays in the memory of the embedded backend. */
class DelegatedReserve implements Attachment {
  readonly info: TensorInfo;
  readonly #delegate: TensorStore;

  constructor(info: TensorInfo, delegate: TensorStore) {
    this.info = info;
    this.#delegate = delegate;
  }

  release(): void {
    this.#delegate.disposeData(this.info.dataId);
  }
}

/** The inputs of a kernel, by the names that the op defines. */
type Given = Readonly<Record<string, TensorInfo | undefined>>;

/**
 * A kernel for libtensorflow on a processor that delegates its computation to the embedded backend. Inputs and results
 * are copied between the two backends.
 *
 * The reserve is not copied: it is attached to a tensor with one element.
 *
 * @param op the op; it must be registered for the embedded backend
 * @param pays whether delegation is faster; if not, the op's composition is used. It must give the same answer for a
 *   forward pass and its gradient
 */
export const delegatedKernel = <
  In extends NamedTensors<In>,
  Out extends readonly Tensor[],
  Attributes extends NamedAttributes<Attributes> & { readonly reserve: boolean },
>(
  op: Op<In, Out, Attributes>,
  pays: (inputs: Given) => boolean,
): OpKernel => {
  const composed = composedKernel(op);
  return {
    kernelName: op.name,
    kernelFunc: (call) => {
      const inputs: Given = call.inputs;
      if (!pays(inputs)) return composed.kernelFunc(call);
      const { attrs } = call;
      const backend = call.backend as TensorStore;
      const delegate: TensorStore = findBackend(BACKEND_NAME);
      const copies: TensorInfo[] = [];
      const copy = (name: string, { dataId, shape, dtype }: TensorInfo): TensorInfo => {
        if (name === RESERVE) return attachmentOf(dataId, DelegatedReserve).info;
        const info = { dataId: delegate.write(backend.readSync(dataId), shape, dtype), shape, dtype };
        copies.push(info);
        return info;
      };
      try {
        const given = Object.fromEntries(
          Object.entries(inputs).flatMap(([name, info]) => (info === undefined ? [] : [[name, copy(name, info)]])),
        );
        const results = getKernel(op.name, BACKEND_NAME).kernelFunc({
          inputs: given,
          ...(attrs === undefined ? {} : { attrs }),
          backend: delegate,
        }) as TensorInfo[];
        const keepsReserve = op.gradient !== undefined && attrs?.['reserve'] === true;
        return results.map((info, i) => {
          const { dataId, shape, dtype } = info;
          if (keepsReserve && i === results.length - 1) {
            const stand = backend.write(new Float32Array(1), [1], 'float32');
            attach(stand, new DelegatedReserve(info, delegate));
            return { dataId: stand, shape: [1], dtype };
          }
          const own = backend.write(delegate.readSync(dataId), shape, dtype);
          delegate.disposeData(dataId);
          return { dataId: own, shape, dtype };
        });
      } finally {
        for (const { dataId } of copies) delegate.disposeData(dataId);
      }
    },
  };
};
