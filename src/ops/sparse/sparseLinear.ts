import { add, gather, mul, scatterND, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { SparseRows } from '../../contracts/rows/SparseRows.js';
import { defineOp } from '../definition/defineOp.js';
import { checkShape } from '../internal/checkShape.js';
import { firstOutside } from '../internal/firstOutside.js';

/** The attributes of {@link sparseLinearOp} and of its gradient: the sparse rows, and the size of the table. */
export type SparseAttributes = Readonly<{
  offsets: Int32Array;
  ids: Int32Array;
  values: Float32Array;
  /** The number of rows of the table, U. */
  columns: number;
  /** Whether `base` is given. */
  hasBase: boolean;
}>;

/** The row of the batch that each entry belongs to. */
const rowsOfEntries = ({ offsets, ids }: SparseAttributes): Int32Array => {
  const rows = new Int32Array(ids.length);
  for (let row = 0; row + 1 < offsets.length; row++) rows.fill(row, offsets[row], offsets[row + 1]);
  return rows;
};

/** Multiplies rows by the values of the entries and sums them into a result of `size` rows. */
const sumEntries = (from: Tensor, index: Int32Array, values: Float32Array, to: Int32Array, size: number): Tensor => {
  const width = from.shape[1]!;
  if (to.length === 0) return zeros([size, width]);
  const products = mul(gather(from, tensor1d(index, 'int32')), tensor2d(values, [values.length, 1]));
  return scatterND(tensor2d(to, [to.length, 1], 'int32'), products, [size, width]);
};

/**
 * The gradient of {@link sparseLinear} with respect to its rows: dRows[u] = Σ value · dOutput[i] over the entries of u.
 */
export const sparseLinearGradOp = defineOp<{ dOutput: Tensor }, [Tensor], SparseAttributes>({
  name: 'HeadwaterSparseLinearGrad',
  compose: ({ dOutput }, attributes) => [
    sumEntries(dOutput, rowsOfEntries(attributes), attributes.values, attributes.ids, attributes.columns),
  ],
  gradient: undefined,
});

/** output[i] = base[i] + Σ value · rows[id] over the entries of row i. */
export const sparseLinearOp = defineOp<{ rows: Tensor; base: Tensor | undefined }, [Tensor], SparseAttributes>({
  name: 'HeadwaterSparseLinear',
  compose: ({ rows, base }, attributes) => {
    const { offsets, ids, values } = attributes;
    const sums = sumEntries(rows, ids, values, rowsOfEntries(attributes), offsets.length - 1);
    return [base === undefined ? sums : add(sums, base)];
  },
  gradient: {
    savedInputs: [],
    savedOutputs: [],
    backward: ([dOutput], _saved, attributes) => {
      const [rows] = sparseLinearGradOp.run({ dOutput: dOutput! }, attributes);
      return attributes.hasBase ? { rows, base: dOutput!.clone() } : { rows };
    },
  },
});

/** Checks that sparse rows fit a table of `columns` rows. `op` is the name of the op, for the error message. */
const checkSparseRows = (op: string, { offsets, ids, values }: SparseRows, columns: number): void => {
  const refuse = (what: string): never => {
    throw new HeadwaterError('HW_USAGE', `${op} was given ${what}`);
  };
  if (ids.length !== values.length)
    refuse(`${ids.length} ids and ${values.length} values. There must be one value an id.`);
  if (offsets.length === 0 || offsets[0] !== 0 || offsets[offsets.length - 1] !== ids.length)
    refuse(`offsets that do not go from 0 to ${ids.length}, the number of ids.`);
  for (let row = 0; row + 1 < offsets.length; row++)
    if (offsets[row + 1]! < offsets[row]!) refuse(`offsets that fall after row ${row}. They must rise.`);
  const bad = firstOutside(ids, columns);
  if (bad < ids.length) refuse(`the id ${ids[bad]!} as entry ${bad}. Ids must be between 0 and ${columns - 1}.`);
};

/**
 * Multiplies sparse rows by a table: output[i] = base[i] + Σⱼ xⱼ · rows[idⱼ] over the entries j of row i.
 *
 * It is a linear layer for inputs that are mostly zero. The table holds only the rows that the batch touches, so the
 * gradient has only these rows. `RowTable.lookUp` returns the rows, and the places that serve as ids of the entries.
 * Entries with the same id are summed.
 *
 * @param rows the touched rows of the table, shape [U, C], float32
 * @param features B sparse rows; their ids are row numbers of `rows`, between 0 and U − 1
 * @param base values to add, shape [B, C], float32, such as the logits of another part of a model. Default zeros
 * @returns shape [B, C], float32; differentiable in `rows` and `base`
 * @throws HeadwaterError `HW_USAGE` when the shapes, dtypes, offsets or ids do not fit
 *
 * @example
 * ```ts
 * import { sparseLinear } from 'headwater';
 * import * as tf from '@tensorflow/tfjs-core';
 * const features = { offsets: Int32Array.of(0, 2, 3), ids: Int32Array.of(0, 1, 1), values: Float32Array.of(1, 2, 3) };
 * sparseLinear(tf.tensor2d([[1, 0], [0, 1]]), features).dataSync(); // 1, 2, 0, 3
 * ```
 */
export const sparseLinear = (rows: Tensor, features: SparseRows, base?: Tensor): Tensor2D => {
  const op = 'sparseLinear';
  checkShape(op, 'rows', rows, ['U', 'C']);
  const [columns, classes] = rows.shape as [number, number];
  checkSparseRows(op, features, columns);
  const { offsets, ids, values } = features;
  if (base !== undefined) checkShape(op, 'base', base, [offsets.length - 1, classes]);
  return sparseLinearOp.run(
    { rows, base },
    { offsets, ids, values, columns, hasBase: base !== undefined },
  )[0] as Tensor2D;
};
