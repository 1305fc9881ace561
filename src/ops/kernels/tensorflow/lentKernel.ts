import { findBackend, getKernel } from '@tensorflow/tfjs-core';
import type { KernelBackend, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { composedKernel } from '../../definition/defineOp.js';
import type { NamedAttributes, NamedTensors, Op, OpKernel } from '../../definition/defineOp.js';
import { BACKEND_NAME } from '../../definition/backendName.js';
import { attachCompanion, companionOf } from '../../tensorflow/companions.js';
import type { Companion } from '../../tensorflow/companions.js';

/** The name that an op's gradient knows its reserve by. */
const RESERVE = 'reserve';

/** A backend, as far as its tensors are concerned. */
type Keeper = Pick<KernelBackend, 'write' | 'readSync' | 'disposeData'>;

/** The reserve of a forward pass, where the embedded backend keeps it. */
class LentReserve implements Companion {
  readonly info: TensorInfo;
  readonly #lender: Keeper;

  constructor(info: TensorInfo, lender: Keeper) {
    this.info = info;
    this.#lender = lender;
  }

  release(): void {
    this.#lender.disposeData(this.info.dataId);
  }
}

/** What a kernel is given; the names of the inputs are the op's. */
type Given = Readonly<Record<string, TensorInfo | undefined>>;

/**
 * A kernel for libtensorflow on a processor that has the embedded backend compute: values are copied there and back.
 *
 * The reserve stays there, as the companion of a tensor of one element.
 *
 * @param op the op; it must be registered for the embedded backend
 * @param pays whether it is the faster way; where not, the op's composition is taken. For a forward pass and its
 *   gradient it must answer alike
 */
export const lentKernel = <
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
      const backend = call.backend as Keeper;
      const lender: Keeper = findBackend(BACKEND_NAME);
      const lent: TensorInfo[] = [];
      const lend = (name: string, { dataId, shape, dtype }: TensorInfo): TensorInfo => {
        if (name === RESERVE) return companionOf(dataId, LentReserve).info;
        const info = { dataId: lender.write(backend.readSync(dataId), shape, dtype), shape, dtype };
        lent.push(info);
        return info;
      };
      try {
        const given = Object.fromEntries(
          Object.entries(inputs).flatMap(([name, info]) => (info === undefined ? [] : [[name, lend(name, info)]])),
        );
        const results = getKernel(op.name, BACKEND_NAME).kernelFunc({
          inputs: given,
          ...(attrs === undefined ? {} : { attrs }),
          backend: lender,
        }) as TensorInfo[];
        const keepsReserve = op.gradient !== undefined && attrs?.['reserve'] === true;
        return results.map((info, i) => {
          const { dataId, shape, dtype } = info;
          if (keepsReserve && i === results.length - 1) {
            const stand = backend.write(new Float32Array(1), [1], 'float32');
            attachCompanion(stand, new LentReserve(info, lender));
            return { dataId: stand, shape: [1], dtype };
          }
          const own = backend.write(lender.readSync(dataId), shape, dtype);
          lender.disposeData(dataId);
          return { dataId: own, shape, dtype };
        });
      } finally {
        for (const { dataId } of lent) lender.disposeData(dataId);
      }
    },
  };
};
