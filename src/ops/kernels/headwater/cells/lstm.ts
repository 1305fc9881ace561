import type { CellKernel } from './CellKernel.js';
import { sigmoid } from './sigmoid.js';

/**
 * The long short-term memory of Hochreiter and Schmidhuber (1997) with forget gate, as torch.nn.LSTM:
 *
 *     i  = σ(a_i + u_i)
 *     f  = σ(a_f + u_f)
 *     g  = tanh(a_g + u_g)
 *     o  = σ(a_o + u_o)
 *     c' = f·c + i·g
 *     h' = o·tanh(c')
 */
export const lstmCellKernel: CellKernel = {
  gates: 4,
  kept: 6, // i, f, g, o, c, tanh(c')
  sumsInputs: true,

  forward: ({ rows, units, a, u, kept }, h, c) => {
    for (let row = 0; row < rows; row++) {
      let at = row * units;
      let s = row * 4 * units;
      let k = row * 6 * units;
      for (let unit = 0; unit < units; unit++, at++, s++, k++) {
        const i = sigmoid(a[s]! + u[s]!);
        const f = sigmoid(a[s + units]! + u[s + units]!);
        const g = Math.tanh(a[s + 2 * units]! + u[s + 2 * units]!);
        const o = sigmoid(a[s + 3 * units]! + u[s + 3 * units]!);
        const before = c[at]!;
        const after = f * before + i * g;
        const tanhAfter = Math.tanh(after);
        c[at] = after;
        h[at] = o * tanhAfter;
        kept[k] = i;
        kept[k + units] = f;
        kept[k + 2 * units] = g;
        kept[k + 3 * units] = o;
        kept[k + 4 * units] = before;
        kept[k + 5 * units] = tanhAfter;
      }
    }
  },

  backward: ({ rows, units, kept, da }, dh, dc) => {
    for (let row = 0; row < rows; row++) {
      let at = row * units;
      let s = row * 4 * units;
      let k = row * 6 * units;
      for (let unit = 0; unit < units; unit++, at++, s++, k++) {
        const i = kept[k]!;
        const f = kept[k + units]!;
        const g = kept[k + 2 * units]!;
        const o = kept[k + 3 * units]!;
        const before = kept[k + 4 * units]!;
        const tanhAfter = kept[k + 5 * units]!;
        const dAfter = dc[at]! + dh[at]! * o * (1 - tanhAfter * tanhAfter);
        da[s] = dAfter * g * i * (1 - i);
        da[s + units] = dAfter * before * f * (1 - f);
        da[s + 2 * units] = dAfter * i * (1 - g * g);
        da[s + 3 * units] = dh[at]! * tanhAfter * o * (1 - o);
        dc[at] = dAfter * f;
        dh[at] = 0; // h affects h' and c' only through u
      }
    }
  },
};
