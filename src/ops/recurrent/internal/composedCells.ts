import { add, concat, mul, scalar, sigmoid, split, square, sub, tanh, zerosLike } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { CellName } from './RecurrentPass.js';

/** The states of a block of rows; `c` only for an LSTM. */
export interface ComposedStates {
  readonly h: Tensor;
  readonly c: Tensor | undefined;
}

/** A cell made of stock ops. The names are those of the reference kernels, which document the equations. */
export interface ComposedCell {
  /** The number of values per unit and step that are kept for the backward pass. */
  readonly kept: number;
  /** The states after a step, and the values kept for the backward pass. */
  forward(
    a: Tensor,
    u: Tensor,
    before: ComposedStates,
  ): { readonly after: ComposedStates; readonly kept: readonly Tensor[] };
  /**
   * The gradients with respect to a and u, and to the states before the step except for the part through u. `h` is the
   * hidden state before the step.
   */
  backward(
    kept: readonly Tensor[],
    h: Tensor,
    d: ComposedStates,
  ): { readonly da: Tensor; readonly du: Tensor; readonly before: ComposedStates };
}

const oneMinus = (x: Tensor): Tensor => sub(scalar(1), x);

/** dσ/dx from σ(x), and dtanh/dx from tanh(x). */
const sigmoidSlope = (s: Tensor): Tensor => mul(s, oneMinus(s));
const tanhSlope = (t: Tensor): Tensor => oneMinus(square(t));

const rnn: ComposedCell = {
  kept: 1,
  forward: (a, u) => {
    const h = tanh(add(a, u));
    return { after: { h, c: undefined }, kept: [h] };
  },
  backward: ([h], _before, d) => {
    const da = mul(d.h, tanhSlope(h!));
    return { da, du: da, before: { h: zerosLike(d.h), c: undefined } };
  },
};

const gru: ComposedCell = {
  kept: 4,
  forward: (a, u, { h }) => {
    const [ar, az, an] = split(a, 3, 1) as [Tensor, Tensor, Tensor];
    const [ur, uz, un] = split(u, 3, 1) as [Tensor, Tensor, Tensor];
    const r = sigmoid(add(ar, ur));
    const z = sigmoid(add(az, uz));
    const n = tanh(add(an, mul(r, un)));
    return { after: { h: add(mul(oneMinus(z), n), mul(z, h)), c: undefined }, kept: [r, z, n, un] };
  },
  backward: (kept, h, d) => {
    const [r, z, n, un] = kept as [Tensor, Tensor, Tensor, Tensor];
    const dan = mul(mul(d.h, oneMinus(z)), tanhSlope(n));
    const dar = mul(mul(dan, un), sigmoidSlope(r));
    const daz = mul(mul(d.h, sub(h, n)), sigmoidSlope(z));
    return {
      da: concat([dar, daz, dan], 1),
      du: concat([dar, daz, mul(dan, r)], 1),
      before: { h: mul(d.h, z), c: undefined },
    };
  },
};

const lstm: ComposedCell = {
  kept: 6,
  forward: (a, u, before) => {
    const [ai, af, ag, ao] = split(add(a, u), 4, 1) as [Tensor, Tensor, Tensor, Tensor];
    const i = sigmoid(ai);
    const f = sigmoid(af);
    const g = tanh(ag);
    const o = sigmoid(ao);
    const c = add(mul(f, before.c!), mul(i, g));
    const tanhC = tanh(c);
    return { after: { h: mul(o, tanhC), c }, kept: [i, f, g, o, before.c!, tanhC] };
  },
  backward: (kept, _h, d) => {
    const [i, f, g, o, before, tanhC] = kept as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
    const dc = add(d.c!, mul(mul(d.h, o), tanhSlope(tanhC)));
    const da = concat(
      [
        mul(mul(dc, g), sigmoidSlope(i)),
        mul(mul(dc, before), sigmoidSlope(f)),
        mul(mul(dc, i), tanhSlope(g)),
        mul(mul(d.h, tanhC), sigmoidSlope(o)),
      ],
      1,
    );
    return { da, du: da, before: { h: zerosLike(d.h), c: mul(dc, f) } };
  },
};

/** The cells from stock ops, by name. */
export const COMPOSED_CELLS: Readonly<Record<CellName, ComposedCell>> = { rnn, gru, lstm };
