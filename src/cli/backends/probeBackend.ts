/**
 * The program of a separate process: loads the backend in its argument, computes one product on it, and reports the
 * result.
 */
import { matMul, setBackend, tensor2d } from '@tensorflow/tfjs-core';
import { isLeft } from 'fp-ts/lib/Either.js';
import type { BackendHealth } from './diagnosis.js';
import { raiseEngineFlags } from '../../ops/kernels/simd/machine/engineFlags.js';
import { type BackendName, type SelectedBackend, selectBackend } from '../../ops/backends/selectBackend.js';
import { TENSORFLOW } from '../../ops/definition/backendName.js';
import { loadTensorflow } from '../../ops/backends/loadTensorflow.js';
import { WEBGPU_NAME } from '../../ops/backends/loadWebgpu.js';

/** The device of a backend. */
const deviceOf = ({ name, reason }: SelectedBackend): 'cpu' | 'gpu' => {
  if (name === TENSORFLOW) return loadTensorflow().device ?? 'cpu';
  return name === WEBGPU_NAME && !reason.includes('software on the processor') ? 'gpu' : 'cpu';
};

const probe = async (name: BackendName): Promise<Omit<BackendHealth, 'name'>> => {
  const selected = await selectBackend(name)();
  if (isLeft(selected)) return { loads: false, reason: selected.left.message };
  await setBackend(selected.right.name);
  const product = Array.from(await matMul(tensor2d([1, 2, 3, 4], [2, 2]), tensor2d([5, 6, 7, 8], [2, 2])).data());
  if (product.join() !== '19,22,43,50')
    return {
      loads: false,
      reason:
        'It computes wrongly: a product of two small matrices is ' +
        `${product.join(', ')} instead of 19, 22, 43, 50. Do not use it.`,
    };
  return {
    loads: true,
    device: deviceOf(selected.right),
    reason: selected.right.reason.replace(/^asked for by name[;:] /, ''),
  };
};

raiseEngineFlags();
const found = await probe(process.argv[2] as BackendName);
// A driver may keep the process alive or crash it at exit. The result is already known.
process.stdout.write(`${JSON.stringify(found)}\n`, () => process.exit(0));
