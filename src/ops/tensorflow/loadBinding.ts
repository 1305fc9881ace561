import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { engine, type KernelBackend, registerBackend, removeBackend, type TensorInfo } from '@tensorflow/tfjs-core';
import { TENSORFLOW } from '../definition/backendName.js';
import { releaseAttachment } from './tensorAttachments.js';
import { packageModules } from './packageModules.js';
import type { Binding } from './TensorflowBackend.js';

type DataId = TensorInfo['dataId'];

/** The used export of the package's module `nodejs_kernel_backend`. */
interface BackendModule {
  readonly NodeJSKernelBackend: new (binding: Binding, packageName: string) => KernelBackend;
}

/** The version and the device of a loaded binding. */
export interface LoadedBinding {
  readonly libtensorflow: string;
  readonly device: 'cpu' | 'gpu';
}

/**
 * Loads TensorFlow's package for Node, with a binding, and registers it as the backend `tensorflow` of our tfjs.
 *
 * The backend never becomes the current one by itself.
 *
 * @param folder the folder of the package
 * @param bindingFile the file of the binding
 * @throws the error of the system's loader, when the binding or its libraries do not load
 */
export const loadBinding = (folder: string, bindingFile: string): LoadedBinding => {
  // Hides TensorFlow's notes on the processor, which would appear between the program's own lines on a terminal.
  // Warnings stay on.
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
    // The backend is created now, so that a failure is reported here. tfjs logs the reason as a warning, and then finds
    // no backend.
    if (((engine().findBackend(TENSORFLOW) as unknown) ?? null) === null)
      throw new Error(`the backend of ${folder} cannot be made`);
  } catch (error) {
    removeBackend(TENSORFLOW);
    throw error;
  }
  return { libtensorflow: binding.TF_Version, device };
};
