/**
 * A matrix in a typed array: element (i, j) is at `offset + i * rowStep + j * columnStep`.
 *
 * A transposed matrix is the same array with the two steps exchanged, so one product serves a·b, a·bᵀ and aᵀ·b.
 */
export interface Matrix {
  readonly data: Float32Array;
  readonly offset: number;
  readonly rows: number;
  readonly columns: number;
  readonly rowStep: number;
  readonly columnStep: number;
}

/** The row-major matrix of `rows` × `columns` that starts at element `offset` of `data`. */
export const matrix = (data: Float32Array, rows: number, columns: number, offset = 0): Matrix => ({
  data,
  offset,
  rows,
  columns,
  rowStep: columns,
  columnStep: 1,
});

/** The same elements with rows and columns exchanged. */
export const transposed = ({ data, offset, rows, columns, rowStep, columnStep }: Matrix): Matrix => ({
  data,
  offset,
  rows: columns,
  columns: rows,
  rowStep: columnStep,
  columnStep: rowStep,
});

/** The right-hand side of products, in the order in which the products read it. */
export interface PackedRight {
  readonly rows: number;
  readonly columns: number;
  readonly panels: Float64Array;
}

/**
 * The side of a tile. 4×4 sums stay in registers over the whole inner dimension, so each loaded value is used four
 * times. A larger tile (6×4) spills registers; a smaller one (2×4) loads more values.
 */
const TILE = 4;

const tilesFor = (count: number): number => Math.ceil(count / TILE);

/**
 * Copies a matrix into panels of four rows, with element k of the four rows side by side, and zeros for missing rows.
 *
 * Panels are float64, the type of JavaScript's arithmetic: each value is converted once here, not once per
 * multiplication.
 */
const packRows = ({ data, offset, rows, columns, rowStep, columnStep }: Matrix, panels: Float64Array): void => {
  for (let row = 0, panel = 0; row < rows; row += TILE, panel += columns * TILE) {
    const last = rows - 1 - row;
    for (let r = 0; r < TILE; r++) {
      let from = offset + (row + r) * rowStep;
      for (let k = 0, to = panel + r; k < columns; k++, to += TILE, from += columnStep)
        panels[to] = r > last ? 0 : data[from]!;
    }
  }
};

/** Packs the right-hand side once for several products. */
export const packRight = (b: Matrix): PackedRight => {
  const panels = new Float64Array(tilesFor(b.columns) * TILE * b.rows);
  packRows(transposed(b), panels);
  return { rows: b.rows, columns: b.columns, panels };
};

/**
 * The buffer for the packed left-hand side. It grows to the largest product so far. Products are synchronous, so only
 * one uses it at a time.
 */
let leftPanels = new Float64Array(0);

/** The sums of a tile that extends past the edge of the result. */
const edge = new Float64Array(TILE * TILE);

/**
 * c = a·b, or c = c + a·b if `accumulate` is true.
 *
 * Sums are computed in float64, in the order of the inner dimension, and rounded to float32 once, when they are stored.
 */
export const multiply = (a: Matrix, b: Matrix | PackedRight, c: Matrix, accumulate = false): void => {
  const inner = a.columns;
  const { rows, columns, data: out, rowStep } = c;
  const right = 'panels' in b ? b.panels : packRight(b).panels;
  const needed = tilesFor(rows) * TILE * inner;
  if (leftPanels.length < needed) leftPanels = new Float64Array(needed);
  packRows(a, leftPanels);
  const left = leftPanels;

  for (let column = 0; column < columns; column += TILE) {
    for (let row = 0; row < rows; row += TILE) {
      let p = row * inner;
      let q = column * inner;
      let c00 = 0,
        c01 = 0,
        c02 = 0,
        c03 = 0,
        c10 = 0,
        c11 = 0,
        c12 = 0,
        c13 = 0;
      let c20 = 0,
        c21 = 0,
        c22 = 0,
        c23 = 0,
        c30 = 0,
        c31 = 0,
        c32 = 0,
        c33 = 0;
      for (let k = 0; k < inner; k++) {
        const b0 = right[q]!,
          b1 = right[q + 1]!,
          b2 = right[q + 2]!,
          b3 = right[q + 3]!;
        const a0 = left[p]!;
        c00 += a0 * b0;
        c01 += a0 * b1;
        c02 += a0 * b2;
        c03 += a0 * b3;
        const a1 = left[p + 1]!;
        c10 += a1 * b0;
        c11 += a1 * b1;
        c12 += a1 * b2;
        c13 += a1 * b3;
        const a2 = left[p + 2]!;
        c20 += a2 * b0;
        c21 += a2 * b1;
        c22 += a2 * b2;
        c23 += a2 * b3;
        const a3 = left[p + 3]!;
        c30 += a3 * b0;
        c31 += a3 * b1;
        c32 += a3 * b2;
        c33 += a3 * b3;
        p += TILE;
        q += TILE;
      }
      edge[0] = c00;
      edge[1] = c01;
      edge[2] = c02;
      edge[3] = c03;
      edge[4] = c10;
      edge[5] = c11;
      edge[6] = c12;
      edge[7] = c13;
      edge[8] = c20;
      edge[9] = c21;
      edge[10] = c22;
      edge[11] = c23;
      edge[12] = c30;
      edge[13] = c31;
      edge[14] = c32;
      edge[15] = c33;
      const height = Math.min(TILE, rows - row);
      const width = Math.min(TILE, columns - column);
      for (let i = 0; i < height; i++) {
        let to = c.offset + (row + i) * rowStep + column;
        for (let j = 0; j < width; j++, to++)
          out[to] = accumulate ? out[to]! + edge[i * TILE + j]! : edge[i * TILE + j]!;
      }
    }
  }
};
