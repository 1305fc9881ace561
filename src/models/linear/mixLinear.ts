import { checkSettings } from '../internal/checkSettings.js';
import { checkOptions, checkWhole } from '../../contracts/checkOption.js';
import { checkArgument } from '../../contracts/checkArgument.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { StateDict } from '../../contracts/models/StateDict.js';
import { linearClassifier, type LinearClassifier, type LinearSettings } from './linearClassifier.js';

/** A linear model, and the factor of its weights in a mixture. */
export interface MixedPart {
  readonly model: LinearClassifier;
  readonly share: number;
}

/** The weights of a state and the columns that they belong to. */
const weightsOf = (
  state: StateDict,
): { readonly bias: Float32Array; readonly rows: Float32Array; readonly values: Float32Array } => ({
  bias: state.get('bias')!.data,
  rows: state.get('wide.rows')!.data,
  values: state.get('wide.values')!.data,
});

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
  const slots = new Map<number, number>();
  const states = parts.map(({ model, share }) => {
    const { config } = model;
    if (config.classes !== classes || config.columns !== columns)
      throw new HeadwaterError(
        'HW_USAGE',
        `mixLinear was given models of ${classes} classes and ${columns} columns, and of ${config.classes} ` +
          `and ${config.columns}. Give models that were trained on one split and its features.`,
      );
    const weights = weightsOf(model.stateDict());
    for (const id of weights.rows) if (!slots.has(id)) slots.set(id, slots.size);
    return { ...weights, factor: share / config.temperature };
  });
  const values = new Float32Array(slots.size * classes);
  for (const state of states) {
    for (let c = 0; c < classes; c++) bias[c]! += state.factor * state.bias[c]!;
    state.rows.forEach((id, row) => {
      const to = slots.get(id)! * classes;
      for (let c = 0; c < classes; c++) values[to + c]! += state.factor * state.values[row * classes + c]!;
    });
  }
  const weights: StateDict = new Map([
    ['bias', { shape: [classes], data: bias }],
    ['wide.rows', { shape: [slots.size], data: Float32Array.from(slots.keys()) }],
    ['wide.values', { shape: [slots.size, classes], data: values }],
  ]);
  return linearClassifier({ ...first.model.config, temperature: 1 }, { ...settings, weights });
};
