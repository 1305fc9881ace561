import { concatMap, defer, finalize, map, type Observable, reduce, switchMap, tap } from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { Row } from '../../contracts/rows/Row.js';
import type { CrossValidationRecord, FoldRecord } from '../../contracts/training/TrainingRecord.js';
import { kFold, type KFoldOptions } from '../../operators/rows/kFold.js';
import { jsonLine } from '../../sinks/jsonLine.js';
import { printable } from '../../sinks/terminal/printable.js';
import type { Terminal } from '../process/Terminal.js';
import type { Trained } from './results/Trained.js';
import { trainAndMeasure } from './trainAndMeasure.js';
import { NO_CHECKPOINTS, type Prepared } from './prepared/Prepared.js';
import type { TrainingOptions } from './options/trainingOptions.js';

/**
 * Refuses options that have no meaning with cross-validation.
 *
 * @throws HeadwaterError `HW_USAGE`
 */
export const checkFolds = ({ crossValidate, validationData, testData }: TrainingOptions): void => {
  if (crossValidate === undefined) return;
  const table =
    validationData === undefined ? (testData === undefined ? undefined : '--test-data') : '--validation-data';
  if (table !== undefined)
    throw new HeadwaterError(
      'HW_USAGE',
      `--cross-validate divides the rows of --data itself, so ${table} has no meaning with it. Leave one of them out.`,
    );
};

const foldRecord = (fold: number, { report, choice }: Trained): FoldRecord => {
  const [, linear, kept] = choice?.comparison ?? [];
  return {
    fold,
    rows: report.rows,
    model: kept?.model.replace('kept: ', '') ?? 'lesson',
    f1: report.performance.overall.f1,
    accuracy: report.accuracy,
    ...(linear === undefined ? {} : { linearF1: linear.f1 }),
  };
};

/** The mean and the standard deviation of a sample; the standard deviation of one value is 0. */
const meanAndSpread = (values: readonly number[]): { readonly mean: number; readonly spread: number } => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, spread: Math.sqrt(squares / Math.max(1, values.length - 1)) };
};

const summary = (folds: readonly FoldRecord[]): CrossValidationRecord => {
  const linear = folds.flatMap(({ linearF1 }) => linearF1 ?? []);
  return {
    folds,
    f1: meanAndSpread(folds.map(({ f1 }) => f1)),
    accuracy: meanAndSpread(folds.map(({ accuracy }) => accuracy)),
    ...(linear.length === 0 ? {} : { linearF1: meanAndSpread(linear) }),
  };
};

const figure = ({ mean, spread }: CrossValidationRecord['f1']): string => `${mean.toFixed(4)} ± ${spread.toFixed(4)}`;

const foldLine = ({ fold, rows, model, f1, accuracy, linearF1 }: FoldRecord, folds: number): string =>
  `fold ${fold} of ${folds}: F1 ${f1.toFixed(4)}, accuracy ${accuracy.toFixed(4)} on ` +
  `${rows.toLocaleString('en')} rows; ` +
  `${printable(model)}${linearF1 === undefined ? '' : `; linear F1 ${linearF1.toFixed(4)}`}`;

/** The means over the folds, one line for each measure. */
const summaryLines = ({ folds, f1, accuracy, linearF1 }: CrossValidationRecord): string =>
  [
    `cross-validation: mean ± standard deviation over ${folds.length} folds`,
    `  F1         ${figure(f1)}`,
    `  accuracy   ${figure(accuracy)}`,
    ...(linearF1 === undefined ? [] : [`  linear F1  ${figure(linearF1)}`]),
  ]
    .map((line) => `${line}\n`)
    .join('');

/** The share of the rows outside a fold that is used for validation, in proportion to the shares of the command. */
export const foldValidation = ({
  train,
  validation,
}: {
  readonly train: number;
  readonly validation: number;
}): number => (train + validation === 0 ? 0 : validation / (train + validation));

/**
 * For each fold, trains a model with the given options on the rows of the other folds, and measures it on the rows of
 * the fold. Prints the result of each fold to stderr, and the mean to stdout.
 *
 * @param rows$ the rows, which can be read repeatedly
 * @param how how they are split and encoded
 * @param prepared the inputs of the training on all rows; its models, checkpoints and page are not used
 */
export const crossValidate = (
  rows$: Observable<Row>,
  how: KFoldOptions,
  prepared: Prepared,
  options: TrainingOptions,
  terminal: Terminal,
): Observable<CrossValidationRecord> => {
  const quiet: TrainingOptions = { ...options, json: false, refit: false, tensorboard: undefined };
  return kFold(rows$, how).pipe(
    concatMap(({ fold, folds, split$ }) =>
      split$.pipe(
        switchMap((split) =>
          defer(() => {
            const owned: { dispose(): void }[] = [];
            return trainAndMeasure(
              {
                ...prepared,
                split,
                owned,
                told: () => undefined,
                checkpoints: NO_CHECKPOINTS,
              },
              quiet,
              terminal,
            ).pipe(
              map((trained) => foldRecord(fold, trained)),
              finalize(() => {
                for (const model of owned) model.dispose();
              }),
            );
          }),
        ),
        tap((record) => {
          terminal.stderr.write(`${foldLine(record, folds)}\n`);
          if (options.json === true) terminal.stdout.write(`${jsonLine({ type: 'fold', ...record })}\n`);
        }),
      ),
    ),
    reduce((folds: readonly FoldRecord[], fold) => [...folds, fold], []),
    map(summary),
    tap((record) => {
      terminal.stdout.write(
        options.json === true ? `${jsonLine({ type: 'cross-validation', ...record })}\n` : summaryLines(record),
      );
    }),
  );
};
