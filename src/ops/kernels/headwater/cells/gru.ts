import type { CellKernel } from './CellKernel.js';
import { sigmoid } from './sigmoid.js';

/**
 * The gated recurrent unit of Cho et al. (2014), with the reset gate after the recurrent product, as torch.nn.GRU and
 * cuDNN:
 *
 *     r  = σ(a_r + u_r)
 *     z  = σ(a_z + u_z)
 *     n  = tanh(a_n + r·u_n)
 *     h' = (1 − z)·n + z·h
 */
export const gruCellKernel: CellKernel = {
  gates: 3,
  kept: 4, // r, z, n, u_n
  sumsInputs: false,

  forward: ({ rows, units, a, u, kept }, h) => {
    for (let row = 0; row < rows; row++) {
      let i = row * units;
      let g = row * 3 * units;
      let k = row * 4 * units;
      for (let unit = 0; unit < units; unit++, i++, g++, k++) {
        const un = u[g + 2 * units]!;
        const r = sigmoid(a[g]! + u[g]!);
        const z = sigmoid(a[g + units]! + u[g + units]!);
        const n = Math.tanh(a[g + 2 * units]! + r * un);
        h[i] = (1 - z) * n + z * h[i]!;
        kept[k] = r;
        kept[k + units] = z;
        kept[k + 2 * units] = n;
        kept[k + 3 * units] = un;
      }
    }
  },

  backward: ({ rows, units, kept, h, da, du }, dh) => {
    for (let row = 0; row < rows; row++) {
      let i = row * units;
      let g = row * 3 * units;
      let k = row * 4 * units;
      for (let unit = 0; unit < units; unit++, i++, g++, k++) {
        const r = kept[k]!;
        const z = kept[k + units]!;
        const n = kept[k + 2 * units]!;
        const un = kept[k + 3 * units]!;
        const dNext = dh[i]!;
        const dz = dNext * (h[i]! - n);
        const dan = dNext * (1 - z) * (1 - n * n);
        const dr = dan * un;
        da[g] = du[g] = dr * r * (1 - r);
        da[g + units] = du[g + units] = dz * z * (1 - z);
        da[g + 2 * units] = dan;
        du[g + 2 * units] = dan * r;
        dh[i] = dNext * z;
      }
    }
  },
};
