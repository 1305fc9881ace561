import { checkSettings } from '../internal/checkSettings.js';
import { checkOptions, checkWhole } from '../../contracts/checkOption.js';
import { checkArgument } from '../../contracts/checkArgument.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { StateDict } from '../../contracts/models/StateDict.js';
import { RowTable } from '../../ops/sparse/RowTable.js';
import { linearClassifier, type LinearClassifier, type LinearSettings } from './linearClassifier.js';

/** A linear model, and the factor of its weights in a mixture. */
export interface MixedPart {
  readonly model: LinearClassifier;
  readonly share: number;
}

/** Adds rows to those of a table, each multiplied by a factor. */
const addRows = (table: RowTable, ids: Float32Array, values: Float32Array, factor: number): void => {
  const { width, store } = table;
  table.touch(Int32Array.from(ids)).forEach((slot, row) => {
    const [chunk, start] = [store.chunkOf(slot), store.startOf(slot)];
    for (let c = 0; c < width; c++) chunk[start + c]! += factor * values[row * width + c]!;
  });
};

/**
 * Makes one linear model from several models with the same features. Its logits are the sum of the models' logits, each
 * multiplied by its share. A prediction of the mixture costs no more than one of a single model.
 *
 *     U = Σₘ shareₘ · Uₘ / Tₘ,   b = Σₘ shareₘ · bₘ / Tₘ
 *
 * Tₘ is the temperature of a part; the mixture has the temperature 1. The other fields of its configuration are those
 * of the first part, and it continues to learn like that part, but with new optimizer states. The parts do not change.
 *
 * @param parts at least one; all must have the same numbers of classes and columns
 * @param settings as for `linearClassifier`; `weights` are those of the mixture
 * @throws HeadwaterError `HW_USAGE` when there is no part, or when these numbers differ
 *
 * @example
 * ```ts
 * import { linearClassifier, linearConfig, mixLinear } from 'headwater';
 * const settings = { trainRows: 100, seed: 1 };
 * const [sgd, adagrad] = (['sgd', 'adagrad'] as const).map((optimizer) =>
 *   linearClassifier(linearConfig({ classes: 2, columns: 8, optimizer }), settings),
 * );
 * const mixture = mixLinear([{ model: sgd!, share: 0.5 }, { model: adagrad!, share: 0.5 }], settings);
 * mixture.config.optimizer; // 'sgd'
 * ```
 */
export const mixLinear = (parts: readonly MixedPart[], settings: Omit<LinearSettings, 'weights'>): LinearClassifier => {
  checkArgument('mixLinear', 'parts', parts, 'a list of linear models', [Symbol.iterator]);
  checkOptions('mixLinear', settings, 'parts, { trainRows: 1000, seed: 1 }');
  checkSettings('mixLinear', settings);
  checkWhole('mixLinear', 'trainRows', settings.trainRows, 0);

  const [first] = parts;
  if (first === undefined) throw new HeadwaterError('HW_USAGE', 'mixLinear was given no model. Give at least one.');
  const { classes, columns } = first.model.config;
  const bias = new Float32Array(classes);
  const table = new RowTable({ rows: columns, width: classes });
  // One part after another, because the copy of a part's weights may be large.
  for (const { model, share } of parts) {
    const { config } = model;
    if (config.classes !== classes || config.columns !== columns)
      throw new HeadwaterError(
        'HW_USAGE',
        `mixLinear was given models of ${classes} classes and ${columns} columns, and of ${config.classes} ` +
          `and ${config.columns}. Give models that were trained on one split and its features.`,
      );
    const state = model.stateDict();
    const factor = share / config.temperature;
    const biasOf = state.get('bias')!.data;
    for (let c = 0; c < classes; c++) bias[c]! += factor * biasOf[c]!;
    addRows(table, state.get('wide.rows')!.data, state.get('wide.values')!.data, factor);
  }
  const mixed = table.stateDict();
  const weights: StateDict = new Map([
    ['bias', { shape: [classes], data: bias }],
    ['wide.rows', mixed.get('rows')!],
    ['wide.values', mixed.get('values')!],
  ]);
  return linearClassifier({ ...first.model.config, temperature: 1 }, { ...settings, weights });
};
