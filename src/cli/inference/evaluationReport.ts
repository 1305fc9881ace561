import { stringifyPerformance } from '../../models/artifacts/internal/performanceJson.js';
import type { Report } from '../../sinks/metrics/metrics.js';
import type { Reliability } from '../../sinks/metrics/reliability.js';
import { commonestClass, macroScores } from '../../sinks/metrics/simpleAnswers.js';

/** JSON has no NaN. */
const numberOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

/**
 * The measurements as JSON: the content of `performance.json` and the reliability.
 *
 * @param seen the number of rows that the model has seen in its training
 */
export const evaluationJson = (report: Report, { ece, confidence, sure }: Reliability, seen: number): string => {
  const more = JSON.stringify(
    {
      macro: macroScores(report),
      accuracy: report.accuracy,
      loss: numberOrNull(report.loss),
      seen,
      commonest: commonestClass(report) ?? null,
      calibration: { ece: numberOrNull(ece), confidence: numberOrNull(confidence), sure: sure ?? null },
    },
    null,
    2,
  );
  const performance = stringifyPerformance(report.performance, report.classes);
  return `${performance.slice(0, performance.lastIndexOf('\n}'))},${more.slice(1)}`;
};

/** A line that says how well the probabilities match the accuracy. */
export const reliabilityLine = ({ ece, confidence, sure }: Reliability): string =>
  `calibration error (ECE) ${ece.toFixed(3)}   mean probability ${confidence.toFixed(3)}${
    sure === undefined
      ? ''
      : `   95 % are right from probability ${sure.confidence} on (${sure.rows.toLocaleString('en')} rows)`
  }`;
