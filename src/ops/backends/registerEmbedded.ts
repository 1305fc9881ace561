import { copyRegisteredKernels, registerBackend as registerTfjsBackend } from '@tensorflow/tfjs-core';
import { EmbeddedBackend } from '../kernels/simd/machine/EmbeddedBackend.js';
import { registerKernels } from '../definition/defineOp.js';
import { REFERENCE_KERNELS } from '../kernels/headwater/referenceKernels.js';
import type { KernelMachine } from '../kernels/simd/machine/KernelMachine.js';
import { SIMD_KERNELS } from '../kernels/simd/simdKernels.js';
import { registerOps } from '../registerOps.js';

/**
 * Registers an embedded backend under a name, with the fast kernels if a machine is given, else only with the reference
 * kernels.
 */
export const registerEmbedded = (name: string, machine: KernelMachine | undefined): void => {
  registerOps();
  copyRegisteredKernels('cpu', name);
  registerKernels(name, REFERENCE_KERNELS);
  if (machine !== undefined) registerKernels(name, SIMD_KERNELS);
  // The priority is below that of every other backend. If the user has not chosen a backend, the choice of tfjs stays
  // the same.
  registerTfjsBackend(name, () => new EmbeddedBackend(machine), 0);
};
