import type { Side } from '../../../contracts/rows/Row.js';
import type { SideView } from '../../../contracts/training/TrainingView.js';
import type { ModelConfig } from '../../../models/artifacts/ModelConfig.js';
import type { Split } from '../../../operators/rows/prepare.js';
import type { TrainingPrepared } from '../../../server/training/TrainingUpdate.js';

/** The update for the page before a training starts. */
export const preparedUpdate = (
  { rows, labelEncoder: { classes }, classCounts }: Split,
  config: ModelConfig,
): TrainingPrepared => {
  const sideOf = (side: Side): SideView => ({
    rows: rows[side],
    classes: Object.fromEntries(classes.map((category, index) => [category, classCounts[side][index] ?? 0])),
  });
  return {
    type: 'prepared',
    config,
    classes,
    split: { train: sideOf('train'), validation: sideOf('validation'), test: sideOf('test') },
  };
};
