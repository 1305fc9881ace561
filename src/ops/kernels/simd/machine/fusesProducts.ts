import { webAssembly } from './webAssembly.js';

/**
 * A module with one function, `f(a, b, c)`: the first lane of `f32x4.relaxed_madd` of the three numbers in all lanes.
 */
const MODULE = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  // The type (f32, f32, f32) -> f32, the function of it, and its export.
  ...[0x01, 0x08, 0x01, 0x60, 0x03, 0x7d, 0x7d, 0x7d, 0x01, 0x7d],
  ...[0x03, 0x02, 0x01, 0x00],
  ...[0x07, 0x05, 0x01, 0x01, 0x66, 0x00, 0x00],
  // Its code: each parameter in all lanes, relaxed_madd, the first lane.
  ...[0x0a, 0x16, 0x01, 0x14, 0x00],
  ...[0x20, 0x00, 0xfd, 0x13, 0x20, 0x01, 0xfd, 0x13, 0x20, 0x02, 0xfd, 0x13],
  ...[0xfd, 0x85, 0x02, 0xfd, 0x1f, 0x00, 0x0b],
);

let fuses: boolean | undefined;

/**
 * Whether this engine and processor round a product and a sum once, with a fused multiply-add. Without one, the same
 * kernels of relaxed SIMD round twice, so they give other bits. False if there is no relaxed SIMD.
 */
export const fusesProducts = (): boolean => {
  if (fuses !== undefined) return fuses;
  if (webAssembly?.validate(MODULE) !== true) return (fuses = false);
  const { f } = new webAssembly.Instance(new webAssembly.Module(MODULE), {}).exports as {
    readonly f: (a: number, b: number, c: number) => number;
  };
  // The exact product is 1 + 2^-11 + 2^-24. Rounded before the sum, it is 1 + 2^-11.
  return (fuses = f(1 + 2 ** -12, 1 + 2 ** -12, -(1 + 2 ** -11)) !== 0);
};
