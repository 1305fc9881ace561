import * as t from 'io-ts';
import type { TableRecord, TrainingRecord, TrialRecord } from '../../../contracts/training/TrainingRecord.js';
import { positive, wholeNumber } from '../../internal/guarded.js';

/** A mean, or null, because JSON has no NaN. */
const mean = t.union([t.number, t.null]);

const names = t.readonlyArray(t.string);
const optional = <C extends t.Mixed>(codec: C) => t.union([codec, t.undefined]);

const tableCodec: t.Type<TableRecord, unknown> = t.readonly(
  t.exact(
    t.intersection([
      t.type({ titleColumns: names, labelColumn: t.string }),
      t.partial({
        classColumns: optional(names),
        delimiter: optional(t.string),
        quote: optional(t.string),
        header: optional(t.boolean),
        comment: optional(t.string),
        encoding: optional(t.string),
        skipLines: optional(t.number),
        classNames: optional(t.readonlyArray(names)),
        leftOut: optional(names),
      }),
    ]),
  ),
);

const compared = t.readonly(t.strict({ model: t.string, f1: t.number, accuracy: t.number }));

const choice = t.readonly(
  t.intersection([
    t.strict({
      why: t.string,
      candidates: t.readonlyArray(t.readonly(t.strict({ candidate: t.string, f1: mean, accuracy: mean, loss: mean }))),
      comparison: t.readonlyArray(compared),
    }),
    t.exact(
      t.partial({
        vectors: t.union([
          t.undefined,
          t.readonly(
            t.strict({
              source: t.string,
              words: wholeNumber(1),
              dims: wholeNumber(1),
              sha256: t.union([t.string, t.null]),
              coverage: t.number,
            }),
          ),
        ]),
      }),
    ),
  ]),
);

const learnt = t.readonly(
  t.exact(
    t.intersection([
      t.type({ from: t.string, rows: wholeNumber(0), accuracy: t.number, accuracyBefore: t.number }),
      t.partial({ until: optional(t.string) }),
    ]),
  ),
);

const trialCodec = t.readonly(
  t.strict({ setting: t.string, candidate: t.string, f1: mean, accuracy: mean, loss: mean }),
);

/** Reads the output of a process that ran a trial; undefined where it is not a trial. */
export const readTrial = (text: string): TrialRecord | undefined => {
  try {
    const read = trialCodec.decode(JSON.parse(text));
    return read._tag === 'Right' ? read.right : undefined;
  } catch {
    return undefined; // no JSON
  }
};

const search = t.readonly(t.strict({ trials: t.readonlyArray(trialCodec), chosen: wholeNumber(0) }));

const meanOfFolds = t.readonly(t.strict({ mean: t.number, spread: t.number }));

const fold = t.readonly(
  t.exact(
    t.intersection([
      t.type({
        fold: wholeNumber(1),
        rows: wholeNumber(0),
        model: t.string,
        f1: t.number,
        accuracy: t.number,
      }),
      t.partial({ linearF1: optional(t.number) }),
    ]),
  ),
);

const crossValidation = t.readonly(
  t.exact(
    t.intersection([
      t.type({ folds: t.readonlyArray(fold), f1: meanOfFolds, accuracy: meanOfFolds }),
      t.partial({ linearF1: optional(meanOfFolds) }),
    ]),
  ),
);

/** The codec of `training.json`. */
export const trainingCodec: t.Type<TrainingRecord, unknown> = t.readonly(
  t.exact(
    t.intersection([
      t.type({
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
        accuracy: mean,
        loss: mean,
      }),
      t.partial({
        table: optional(tableCodec),
        choice: optional(choice),
        learnt: optional(learnt),
        classWeights: optional(t.union([t.literal('none'), t.literal('balanced'), t.literal('sqrt')])),
        temperature: optional(positive),
        refittedOn: optional(wholeNumber(1)),
        warmStart: optional(t.string),
        search: optional(search),
        crossValidation: optional(crossValidation),
      }),
    ]),
  ),
);
