import { raiseEngineFlags } from '../../../../src/ops/kernels/simd/machine/engineFlags.js';
import { registerEmbedded } from '../../../../src/ops/backends/registerEmbedded.js';
import { kernelModule, type SimdVariant } from '../../../../src/ops/kernels/simd/machine/kernelModule.js';
import { KernelMachine } from '../../../../src/ops/kernels/simd/machine/KernelMachine.js';

// As the command does.
raiseEngineFlags();

let made = 0;

/** Registers an embedded backend of a name of its own with the fast kernels of one variant. */
export const registerSimd = (
  simd: SimdVariant,
  threads: number,
  patience?: number,
  lost?: (message: string) => void,
): { readonly name: string; readonly machine: KernelMachine } => {
  const name = `${simd} on ${threads}, machine ${made++}`;
  const compiled = kernelModule([simd]);
  if (compiled.simd === 'none') throw new Error(compiled.reason);
  const machine = new KernelMachine(compiled, { threads, patience, lost });
  registerEmbedded(name, machine);
  return { name, machine };
};
