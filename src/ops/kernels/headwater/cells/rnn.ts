import type { CellKernel } from './CellKernel.js';

/**
 * The simple recurrent cell of Elman (1990), as torch.nn.RNN with tanh:
 *
 *     h' = tanh(a + u)
 */
export const rnnCellKernel: CellKernel = {
  gates: 1,
  kept: 1, // h'
  sumsInputs: true,

  forward: ({ rows, units, a, u, kept }, h) => {
    for (let i = 0; i < rows * units; i++) h[i] = kept[i] = Math.tanh(a[i]! + u[i]!);
  },

  backward: ({ rows, units, kept, da }, dh) => {
    for (let i = 0; i < rows * units; i++) {
      const h = kept[i]!;
      da[i] = dh[i]! * (1 - h * h);
      dh[i] = 0; // h affects h' only through u
    }
  },
};
