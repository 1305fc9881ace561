import type { ChoiceRecord } from '../../../contracts/training/TrainingRecord.js';
import { stringifyPerformance } from '../../../models/artifacts/internal/performanceJson.js';
import { jsonLine } from '../../../sinks/jsonLine.js';
import { metricsTable } from '../../../sinks/metrics/metricsTable.js';
import { fitText, widthOf } from '../../../sinks/watch/internal/fitText.js';
import { printable } from '../../../sinks/terminal/printable.js';
import { wantsColors } from '../../../sinks/terminal/wantsColors.js';
import type { Terminal } from '../../process/Terminal.js';
import type { Trained } from './Trained.js';
import type { TrainingOptions } from '../options/trainingOptions.js';

/** The comparison, one line for each model: the most frequent class, linear, and the selected model. */
const comparisonLines = (choice: ChoiceRecord | undefined): string => {
  if (choice === undefined) return '';
  const { comparison } = choice;
  // The name of a class may take two columns for each character, as Chinese does.
  const width = Math.max(...comparison.map(({ model }) => widthOf(printable(model))));
  return comparison
    .map(
      ({ model, f1, accuracy }) =>
        `${fitText(printable(model), width, '…')}  F1 ${f1.toFixed(4)}  accuracy ${accuracy.toFixed(4)}\n`,
    )
    .join('');
};

/** The meaning of the scores if the model was trained once more. */
const refitLine = (rows: number | undefined): string =>
  rows === undefined
    ? ''
    : 'refit: the saved model was then trained again, on all ' +
      `${rows.toLocaleString('en')} rows; the scores are those of the model before\n`;

/** Writes the scores on the test rows and the folder of the model to stdout. */
export const tellTrained = (
  { report, split, choice, refittedOn }: Trained,
  out: string,
  { json = false }: TrainingOptions,
  { stdout, env }: Terminal,
): void => {
  if (report.rows === 0) {
    const why =
      split.rows.validation === 0
        ? 'No rows were kept to validate or to test on, so nothing says ' +
          'how good the model is: give it more rows, or --shares.'
        : 'No rows were kept for a test: the scores above are those of the validation rows.';
    if (!json) stdout.write(`${why}\n${refitLine(refittedOn)}artifacts: ${out}\n`);
    return;
  }
  if (json && choice !== undefined) stdout.write(`${jsonLine({ type: 'choice', choice })}\n`);
  // Strings in JSON contain no line breaks, so all line breaks can be removed.
  if (json)
    stdout.write(
      `{"type":"performance","performance":${stringifyPerformance(report.performance, split.labelEncoder.classes).replaceAll(/\n */g, '')}}\n`,
    );
  else
    stdout.write(
      `${metricsTable(report, { colors: wantsColors(stdout, env) })}\n` +
        `${comparisonLines(choice)}${refitLine(refittedOn)}artifacts: ${out}\n`,
    );
};
