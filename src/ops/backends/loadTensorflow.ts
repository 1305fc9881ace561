import { spawnSync } from 'node:child_process';
import { engine } from '@tensorflow/tfjs-core';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { setupsFolder } from '../../provision/tensorflow/SetupKey.js';
import { bindingFile, findSetups, packageFolder } from '../../provision/tensorflow/SetupManifest.js';
import { TENSORFLOW } from '../definition/backendName.js';
import { registerKernels } from '../definition/defineOp.js';
import { firstLine } from '../internal/firstLine.js';
import { CUDNN_KERNELS } from '../kernels/tensorflow/cudnnKernels.js';
import { DELEGATED_KERNELS } from '../kernels/tensorflow/delegatedKernels.js';
import { registerBackend } from './registerBackend.js';
import { installedPackages } from '../tensorflow/installedPackages.js';
import { loadBinding, type LoadedBinding } from '../tensorflow/loadBinding.js';

/** libtensorflow, loaded. */
export interface LoadedTensorflow {
  /** A description of the library, for messages. */
  readonly what: string;
  /** The device that computes; undefined if the user had loaded the library before. */
  readonly device: 'cpu' | 'gpu' | undefined;
}

const onDevice = (what: string, { device }: LoadedBinding): LoadedTensorflow => ({
  what: `${what}, on the ${device === 'gpu' ? 'GPU' : 'processor'}`,
  device,
});

/**
 * Whether a driver for NVIDIA GPUs answers. This is checked before a GPU library is loaded, since a loaded library
 * cannot be replaced in this process.
 */
const hasDriver = (): boolean => spawnSync('nvidia-smi', ['-L'], { stdio: 'ignore' }).status === 0;

let loaded: LoadedTensorflow | undefined;

/**
 * Registers libtensorflow as tfjs's backend `tensorflow`, with kernels for recurrent layers. It first tries the set-ups
 * of `headwater setup tensorflow`, GPU before processor and newer before older, and then an installed package of
 * TensorFlow. If the user has already loaded such a package, that one is used.
 *
 * @throws HeadwaterError `HW_BACKEND` when none of them loads; the message gives the reason for each
 */
export const loadTensorflow = (): LoadedTensorflow => {
  if (loaded !== undefined) return loaded;
  if (engine().backendNames().includes(TENSORFLOW))
    return { what: 'the one that this program had loaded', device: undefined };
  const refusals: string[] = [];
  const attempt = (
    name: string,
    what: (found: LoadedBinding) => string,
    folder: string,
    binding: string,
  ): LoadedTensorflow | undefined => {
    try {
      const found = loadBinding(folder, binding);
      // Without a GPU, the kernels of the embedded backend are used.
      if (found.device === 'cpu') registerBackend();
      registerKernels(TENSORFLOW, found.device === 'gpu' ? CUDNN_KERNELS : DELEGATED_KERNELS);
      return onDevice(what(found), found);
    } catch (error) {
      refusals.push(`${name}: ${firstLine(error)}`);
      return undefined;
    }
  };
  for (const setup of findSetups(setupsFolder())) {
    if (setup.state === 'unusable') {
      refusals.push(`${setup.folder}: ${setup.reason.replace(/\.$/, '')}`);
      continue;
    }
    if (setup.manifest.gpu && !hasDriver()) {
      refusals.push(
        `${setup.folder}: it is for NVIDIA GPUs, and no driver answers (nvidia-smi). ` +
          'Install the driver, or run headwater setup tensorflow without --gpu',
      );
      continue;
    }
    loaded = attempt(
      setup.folder,
      ({ libtensorflow }) => `libtensorflow ${libtensorflow} of headwater setup tensorflow`,
      packageFolder(setup.folder),
      bindingFile(setup.folder),
    );
    if (loaded !== undefined) return loaded;
  }
  for (const found of installedPackages()) {
    if (found.state === 'unusable') refusals.push(`${found.name}: ${found.reason}`);
    if (found.state !== 'ready') continue;
    loaded = attempt(
      found.name,
      ({ libtensorflow }) => `libtensorflow ${libtensorflow} of ${found.name}`,
      found.folder,
      found.binding,
    );
    if (loaded !== undefined) return loaded;
  }
  const why =
    refusals.length === 0 ? 'there is no set-up of it, and no package of it is installed' : refusals.join('; ');
  throw new HeadwaterError(
    'HW_BACKEND',
    `No TensorFlow backend loads (${why}). Run headwater setup tensorflow, or use --backend headwater.`,
  );
};
