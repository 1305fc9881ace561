import { HeadwaterError } from '../../../../contracts/HeadwaterError.js';
import { nodeModule } from '../../../../contracts/runtime/nodeModule.js';

/**
 * The bytes of a compiled module of the kernels, from its file.
 *
 * In bundles for browsers, `dist/kernels/embedded.js` replaces this module, through the field `browser` of
 * package.json. It contains the bytes.
 *
 * @param variant the name of the file without `.wasm`
 * @throws HeadwaterError `HW_BACKEND` when files cannot be read here; and errors of reading the file
 */
export const kernelBytes = (variant: string): Uint8Array<ArrayBuffer> => {
  const fs = nodeModule('node:fs');
  if (fs === undefined)
    throw new HeadwaterError('HW_BACKEND', 'files cannot be read here, and no bundler has embedded them');
  // The project is five folders up, both from src/ops/kernels/simd/machine and from dist/ops/kernels/simd/machine.
  return fs.readFileSync(new URL(`../../../../../dist/kernels/${variant}.wasm`, import.meta.url));
};
