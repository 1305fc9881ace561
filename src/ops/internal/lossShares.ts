import { HeadwaterError } from '../../contracts/HeadwaterError.js';

/**
 * The sum of the class weights of the rows, or the number of rows if there are no class weights. A mean over batches
 * weights the loss of this batch by it.
 */
export const labelWeight = (labels: Int32Array, classWeights?: Float32Array): number =>
  classWeights === undefined ? labels.length : labels.reduce((total, label) => total + (classWeights[label] ?? NaN), 0);

/** The share of each row in the loss. Throws if the labels or the weights do not fit. */
export const lossShares = (
  labels: Int32Array,
  rows: number,
  classes: number,
  classWeights: Float32Array | undefined,
): Float32Array => {
  checkLabels(labels, rows, classes);
  if (classWeights !== undefined) checkClassWeights(classWeights, classes);
  const weight = labelWeight(labels, classWeights);
  if (classWeights === undefined) return new Float32Array(rows).fill(1 / weight);
  return Float32Array.from(labels, (label) => classWeights[label]! / weight);
};

/** Checks that there is one label per row, and that each is the index of a class. */
export const checkLabels = (labels: Int32Array, rows: number, classes: number): void => {
  if (labels.length !== rows)
    throw new HeadwaterError(
      'HW_USAGE',
      `There are ${labels.length} labels for ${rows} rows. There must be one a row.`,
    );
  const stranger = labels.findIndex((label) => label < 0 || label >= classes);
  if (stranger !== -1)
    throw new HeadwaterError(
      'HW_USAGE',
      `The label of row ${stranger} is ${labels[stranger]!}. Labels must be between 0 and ${classes - 1}.`,
    );
};

/** Checks that there is one weight per class, finite and not negative. */
export const checkClassWeights = (classWeights: Float32Array, classes: number): void => {
  if (classWeights.length !== classes)
    throw new HeadwaterError(
      'HW_USAGE',
      `There are ${classWeights.length} class weights for ${classes} classes. There must be one a class.`,
    );
  const bad = classWeights.findIndex((weight) => !(weight >= 0 && weight < Infinity));
  if (bad !== -1)
    throw new HeadwaterError(
      'HW_USAGE',
      `The weight of class ${bad} is ${classWeights[bad]!}. Class weights must be finite and not negative.`,
    );
};
