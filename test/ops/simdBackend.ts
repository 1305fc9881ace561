import { setFlagsFromString } from 'node:v8';
import { registerEmbedded } from '../../src/ops/registerEmbedded.js';
import { kernelModule } from '../../src/ops/kernels/simd/kernelModule.js';
import { KernelMachine } from '../../src/ops/kernels/simd/KernelMachine.js';

// As the command does: Node 20 has relaxed SIMD behind this flag.
setFlagsFromString('--experimental-wasm-relaxed-simd');

/** Registers an embedded backend of a name of its own with the fast kernels of one variant. */
export const registerSimd = (simd: 'relaxed' | 'simd', threads: number, patience?: number): { readonly name: string; readonly machine: KernelMachine } => {
  const name = `${simd} on ${threads}${patience === undefined ? '' : `, patience ${patience}`}`;
  const compiled = kernelModule([simd]);
  if (compiled.simd === 'none') throw new Error(compiled.reason);
  const machine = new KernelMachine(compiled, { threads, ...(patience === undefined ? {} : { patience }) });
  registerEmbedded(name, machine);
  return { name, machine };
};
