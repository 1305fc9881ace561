import * as t from 'io-ts';
import type { TrainingRecord } from '../../../contracts/TrainingRecord.js';
import { wholeNumber } from '../../internal/guarded.js';

/** JSON has no NaN. */
const mean = t.union([t.number, t.null]);

/** The codec of `training.json`. */
export const trainingCodec: t.Type<TrainingRecord, unknown> = t.readonly(
  t.strict({
    epochs: t.readonlyArray(
      t.readonly(
        t.strict({
          epoch: wholeNumber(1),
          trainLoss: mean,
          validationLoss: mean,
          validationAccuracy: mean,
          validationMacroF1: mean,
          learningRate: t.number,
          improved: t.boolean,
        }),
      ),
    ),
    confusion: t.readonlyArray(wholeNumber(0)),
    accuracy: t.number,
    loss: mean,
  }),
);
