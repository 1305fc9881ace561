import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { engine, type KernelBackend, registerBackend, removeBackend, type TensorInfo } from '@tensorflow/tfjs-core';
import { TENSORFLOW } from '../definition/backendName.js';
import { releaseAttachment } from './tensorAttachments.js';
import { packageModules } from './packageModules.js';
import type { Binding } from './TensorflowBackend.js';

type DataId = TensorInfo['dataId'];

/** What the package's module of that name exports. */
interface BackendModule {
  readonly NodeJSKernelBackend: new (binding: Binding, packageName: string) => KernelBackend;
}

/** What a binding was found to be. */
export interface LoadedBinding {
  readonly libtensorflow: string;
  readonly device: 'cpu' | 'gpu';
}

/**
 * Loads TensorFlow's package for Node, with a binding, and registers it as the backend `tensorflow` of our tfjs.
 *
 * It does not become the current backend, nor ever by itself.
 *
 * @param folder the package's
 * @param bindingFile the binding's
 * @throws what the system's loader says, where the binding or its libraries do not load
 */
export const loadBinding = (folder: string, bindingFile: string): LoadedBinding => {
  // Without this, its notes on the processor appear between the program's own lines on a terminal. Warnings stay on.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '1';
  const binding = createRequire(import.meta.url)(resolve(bindingFile)) as Binding;
  const device = binding.isUsingGpuDevice() ? 'gpu' : 'cpu';
  const load = packageModules(folder);
  const { NodeJSKernelBackend } = load('dist/nodejs_kernel_backend.js') as BackendModule;
  class Backend extends NodeJSKernelBackend {
    override disposeData(dataId: DataId, force?: boolean): boolean {
      const released = super.disposeData(dataId, force);
      if (released) releaseAttachment(dataId);
      return released;
    }
  }
  // The name tells the package's code whether some kernels are those of a GPU.
  registerBackend(
    TENSORFLOW,
    () => new Backend(binding, device === 'gpu' ? '@tensorflow/tfjs-node-gpu' : '@tensorflow/tfjs-node'),
    0,
  );
  try {
    load('dist/register_all_kernels.js');
    // Made now: a backend that cannot be is to be heard of here. tfjs tells why in a warning, and then finds none.
    if (((engine().findBackend(TENSORFLOW) as unknown) ?? null) === null)
      throw new Error(`the backend of ${folder} cannot be made`);
  } catch (error) {
    removeBackend(TENSORFLOW);
    throw error;
  }
  return { libtensorflow: binding.TF_Version, device };
};
