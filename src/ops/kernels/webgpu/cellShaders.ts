import type { CellName } from '../../recurrent/internal/RecurrentPass.js';

/**
 * A cell in WGSL. The names are those of the reference kernels, which document the equations. Every value is a vector
 * over rows, of type `Rows`: one invocation computes one unit of all these rows.
 */
export interface CellShader {
  /** The number of blocks of H rows in its weights, G. */
  readonly gates: number;
  /** The number of values per unit and step that are kept for the backward pass. */
  readonly kept: number;
  /** Whether the cell uses only the sum of a and u. */
  readonly sumsInputs: boolean;
  /** Computes `next` (and `nextC`) and the kept values `k0…` from `a0…`, `u0…`, `h` (and `c`). */
  readonly forward: string;
  /**
   * Computes `da0…`, `du0…` and `before` (and `beforeC`) from `d` (and `dc`), `h` and `k0…`. `before` and `beforeC` are
   * the gradients of the states before the step, except for the part through u.
   */
  readonly backward: string;
}

/** The cells, by name. */
export const CELL_SHADERS: Readonly<Record<CellName, CellShader>> = {
  rnn: {
    gates: 1,
    kept: 1,
    sumsInputs: true,
    forward: `
        let next = tangent(a0 + u0);
        let k0 = next;`,
    backward: `
        let da0 = d * (ONE - k0 * k0);
        let du0 = da0;
        let before = ZERO;`,
  },
  gru: {
    gates: 3,
    kept: 4,
    sumsInputs: false,
    forward: `
        let k0 = sigmoid(a0 + u0); // r
        let k1 = sigmoid(a1 + u1); // z
        let k2 = tangent(a2 + k0 * u2); // n
        let k3 = u2;
        let next = (ONE - k1) * k2 + k1 * h;`,
    backward: `
        let da2 = d * (ONE - k1) * (ONE - k2 * k2);
        let da0 = da2 * k3 * k0 * (ONE - k0);
        let da1 = d * (h - k2) * k1 * (ONE - k1);
        let du0 = da0;
        let du1 = da1;
        let du2 = da2 * k0;
        let before = d * k1;`,
  },
  lstm: {
    gates: 4,
    kept: 6,
    sumsInputs: true,
    forward: `
        let k0 = sigmoid(a0 + u0); // i
        let k1 = sigmoid(a1 + u1); // f
        let k2 = tangent(a2 + u2); // g
        let k3 = sigmoid(a3 + u3); // o
        let k4 = c;
        let nextC = k1 * c + k0 * k2;
        let k5 = tangent(nextC);
        let next = k3 * k5;`,
    backward: `
        let dAfter = dc + d * k3 * (ONE - k5 * k5);
        let da0 = dAfter * k2 * k0 * (ONE - k0);
        let da1 = dAfter * k4 * k1 * (ONE - k1);
        let da2 = dAfter * k0 * (ONE - k2 * k2);
        let da3 = d * k5 * k3 * (ONE - k3);
        let du0 = da0;
        let du1 = da1;
        let du2 = da2;
        let du3 = da3;
        let before = ZERO;
        let beforeC = dAfter * k1;`,
  },
};

/** The number of rows of a workgroup, one per component of a vector. */
export type RowsTogether = 1 | 2 | 4;

/**
 * `Rows` and its functions. tanh and σ use only exponentials of values that are not positive. These cannot overflow;
 * drivers differ in the result of an overflow.
 */
export const rowsOfWgsl = (rows: RowsTogether): string => `
      alias Rows = ${rows === 1 ? 'f32' : `vec${rows}<f32>`};
      const ZERO = Rows(0.0);
      const ONE = Rows(1.0);

      fn sigmoid(x : Rows) -> Rows {
        let e = exp(-abs(x));
        return select(e, ONE, x >= ZERO) / (ONE + e);
      }

      fn tangent(x : Rows) -> Rows {
        let e = exp(-2.0 * abs(x));
        return sign(x) * (ONE - e) / (ONE + e);
      }`;

/**
 * The statements from `statement` for each row of a vector. It gets the row, and a function that writes the component
 * of a vector for this row.
 */
export const eachRow = (
  rows: RowsTogether,
  statement: (row: number, of: (vector: string) => string) => string,
): string =>
  Array.from({ length: rows }, (_, row) =>
    statement(row, (vector) => (rows === 1 ? vector : `${vector}[${row}]`)),
  ).join('\n');

/** The statements for each number below a count. */
export const each = (count: number, statement: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => statement(i)).join('\n');
