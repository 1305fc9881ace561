import { stringifyPerformance } from '../../models/artifacts/internal/performanceJson.js';
import { metricsTable } from '../../sinks/metrics/metricsTable.js';
import { wantsColors } from '../../sinks/terminal/wantsColors.js';
import type { Terminal } from '../process/Terminal.js';
import type { Trained } from './Trained.js';
import type { TrainingOptions } from './trainingOptions.js';

/** Writes the scores on the test rows to stdout, and where the model is. */
export const tellTrained = (
  { report, split }: Trained,
  out: string,
  { json = false }: TrainingOptions,
  { stdout, env }: Terminal,
): void => {
  if (report.rows === 0) {
    if (!json)
      stdout.write(
        `No rows were kept for a test: the scores above are those of the validation rows.\nartifacts: ${out}\n`,
      );
    return;
  }
  // No string of JSON holds a line end, so those between its lines can go.
  if (json)
    stdout.write(
      `{"type":"performance","performance":${stringifyPerformance(report.performance, split.labelEncoder.classes).replaceAll(/\n */g, '')}}\n`,
    );
  else stdout.write(`${metricsTable(report, { colors: wantsColors(stdout, env) })}\nartifacts: ${out}\n`);
};
