import { HeadwaterError } from '../../../../contracts/HeadwaterError.js';
import { nodeModule } from '../../../../contracts/runtime/nodeModule.js';

/**
 * The bytes of a compiled module of the kernels, from its file.
 *
 * A bundler for browsers takes `dist/kernels/embedded.js` instead, which has the bytes in itself: `browser` in
 * package.json says so.
 *
 * @param variant the file's name without `.wasm`
 * @throws HeadwaterError `HW_BACKEND` where no file can be read; and what reading throws
 */
export const kernelBytes = (variant: string): Uint8Array<ArrayBuffer> => {
  const fs = nodeModule('node:fs');
  if (fs === undefined)
    throw new HeadwaterError('HW_BACKEND', 'files cannot be read here, and no bundler has embedded them');
  // From src/ops/kernels/simd/machine as from dist/ops/kernels/simd/machine, the project is five folders up.
  return fs.readFileSync(new URL(`../../../../../dist/kernels/${variant}.wasm`, import.meta.url));
};
