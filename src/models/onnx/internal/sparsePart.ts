import type { StateDict } from '../../../contracts/models/StateDict.js';
import { ONNX_TYPE, type OnnxValue } from './onnxModel.js';
import type { OnnxPart } from './OnnxPart.js';

/** The graph's inputs for hashed features: the row, the column and the value of each feature. */
export const FEATURE_INPUTS: readonly OnnxValue[] = [
  { name: 'feature_rows', type: ONNX_TYPE.int64, shape: ['features'] },
  { name: 'feature_ids', type: ONNX_TYPE.int64, shape: ['features'] },
  { name: 'feature_values', type: ONNX_TYPE.float, shape: ['features'] },
];

/**
 * The products of hashed features with their weights, summed over each row:
 *
 *     output = base + Σⱼ xⱼ · U[fⱼ]
 *
 * Only columns that training has touched have a row in the file. Row 0 is zeros and is used for all others.
 *
 * @param prefix the prefix of the names of the weights
 * @param base the value to which the sums are added, float32 [B, C]
 */
export const sparsePart = (
  weights: StateDict,
  columns: number,
  prefix: string,
  { base, output }: { readonly base: string; readonly output: string },
): OnnxPart => {
  // `checkArtifacts` has verified that each weight of the configuration exists.
  const rows = weights.get(`${prefix}wide.rows`)!.data;
  const { shape, data } = weights.get(`${prefix}wide.values`)!;
  const classes = shape[1] ?? 0;
  const values = new Float32Array((rows.length + 1) * classes);
  values.set(data, classes);
  const places = new Int32Array(columns);
  rows.forEach((column, slot) => (places[column] = slot + 1));
  const name = (of: string): string => `${prefix}wide.${of}`;
  return {
    nodes: [
      { op: 'Gather', inputs: [name('places'), 'feature_ids'], outputs: [name('slots')] },
      { op: 'Gather', inputs: [name('values'), name('slots')], outputs: [name('found')] },
      { op: 'Unsqueeze', inputs: ['feature_values', 'axis_1'], outputs: [name('factors')] },
      { op: 'Mul', inputs: [name('found'), name('factors')], outputs: [name('products')] },
      { op: 'Unsqueeze', inputs: ['feature_rows', 'axis_1'], outputs: [name('targets')] },
      {
        op: 'ScatterND',
        inputs: [base, name('targets'), name('products')],
        outputs: [output],
        attributes: { reduction: 'add' },
      },
    ],
    tensors: [
      { name: name('places'), shape: [columns], data: places },
      { name: name('values'), shape: [rows.length + 1, classes], data: values },
    ],
  };
};
