import { checkOptions, checkTypes } from '../../contracts/checkOption.js';
import { checkArgument } from '../../contracts/checkArgument.js';
import Table from 'cli-table3';
import pc from 'picocolors';
import type { Scores } from '../../contracts/training/Evaluation.js';
import type { Report } from './metrics.js';
import { commonestClass, macroScores } from './simpleAnswers.js';
import { printable } from '../terminal/printable.js';

/** Options of `metricsTable`. */
export interface MetricsTableOptions {
  /** Whether to use terminal colours; default false. For standard output, `process.stdout.isTTY` is a good value. */
  readonly colors?: boolean | undefined;
  /**
   * The most classes for which the whole confusion matrix is shown. With more classes, the ten most frequent confusions
   * are listed. Default 12.
   */
  readonly matrixUpTo?: number | undefined;
}

type Paint = ReturnType<typeof pc.createColors>;

const digits = (score: number): string => score.toFixed(3);

const count = (rows: number): string => rows.toLocaleString('en-US');

/** Empty: cli-table3 otherwise colours headings, whatever the stream and NO_COLOR say. */
const style = { head: [], border: [], compact: true };

const qualityTable = (report: Report, names: readonly string[], paint: Paint): string => {
  const table = new Table({
    head: ['class', 'precision', 'recall', 'F1', 'support'].map(paint.bold),
    colAligns: ['left', 'right', 'right', 'right', 'right'],
    style,
  });
  const cells = (of: Scores): string[] => [
    digits(of.precision),
    digits(of.recall),
    digits(of.f1),
    count(of.num_samples),
  ];
  report.classes.forEach((name, c) => {
    const of = report.performance.class[name];
    if (of !== undefined) table.push([names[c] ?? '', ...cells(of)]);
  });
  table.push(['macro', ...cells(macroScores(report))].map(paint.bold));
  table.push(['weighted', ...cells(report.performance.overall)].map(paint.bold));
  return table.toString();
};

const matrixTable = (report: Report, names: readonly string[], paint: Paint): string => {
  const table = new Table({
    head: ['true \\ predicted', ...names].map(paint.bold),
    colAligns: ['left', ...names.map(() => 'right' as const)],
    style,
  });
  const cell = (t: number, p: number): string => {
    const rows = report.confusion[t * names.length + p] ?? 0;
    if (t === p) return paint.green(count(rows));
    return rows === 0 ? paint.dim('0') : count(rows);
  };
  names.forEach((name, t) => table.push([name, ...names.map((_, p) => cell(t, p))]));
  return table.toString();
};

const commonestConfusions = (report: Report, names: readonly string[]): string => {
  const lines = report.confusion
    .map((rows, cell) => ({ rows, truth: Math.floor(cell / names.length), predicted: cell % names.length }))
    .filter(({ rows, truth, predicted }) => rows > 0 && truth !== predicted)
    .sort((a, b) => b.rows - a.rows)
    .slice(0, 10)
    .map(
      ({ rows, truth, predicted }) => `  ${count(rows)} of ${names[truth] ?? ''} taken for ${names[predicted] ?? ''}`,
    );
  return [
    `The commonest confusions (the matrix of ${names.length} classes is in the report):`,
    ...(lines.length === 0 ? ['  none'] : lines),
  ].join('\n');
};

/**
 * Formats a report as a table for people: the scores of each class, their mean (macro), their mean weighted by support,
 * accuracy and loss, the scores of always answering the most frequent class, and the confusion matrix.
 *
 * Control characters in class names are escaped. Scores have three decimals.
 *
 * @param report the result of `metrics`
 * @returns lines joined by newlines, without a newline at the end; without escape sequences unless `colors` is true
 * @throws HeadwaterError `HW_USAGE` when an option is invalid
 *
 * @example
 * ```ts
 * import { metricsTable, scores } from 'headwater';
 * const classes = ['Sports', 'World'];
 * const confusion = [3, 1, 0, 4];
 * const table = metricsTable({
 *   classes,
 *   confusion,
 *   performance: scores(confusion, classes),
 *   accuracy: 7 / 8,
 *   loss: 0.31,
 *   rows: 8,
 * });
 * table.includes('weighted'); // true
 * ```
 */
export const metricsTable = (report: Report, options: MetricsTableOptions = {}): string => {
  checkOptions('metricsTable', options, 'report, { colors: true }');
  const { colors = false, matrixUpTo = 12 } = options;
  checkArgument('metricsTable', 'report', report, 'a report, such as metrics() emits', ['performance']);
  checkTypes('metricsTable', { colors, matrixUpTo }, { colors: 'boolean', matrixUpTo: 'number' });

  const paint = pc.createColors(colors);
  const names = report.classes.map(printable);
  const commonest = commonestClass(report);
  const summary =
    commonest === undefined
      ? 'No rows were evaluated.'
      : `accuracy ${digits(report.accuracy)}   loss ${digits(report.loss)}   ${count(report.rows)} rows\n` +
        `always answering the commonest class, ${printable(commonest.name)}, gives: accuracy ` +
        `${digits(commonest.accuracy)}, F1 ${digits(commonest.weightedF1)} (macro ${digits(commonest.macroF1)})`;
  const confusion = names.length <= matrixUpTo ? matrixTable(report, names, paint) : commonestConfusions(report, names);
  return [qualityTable(report, names, paint), summary, '', confusion].join('\n');
};
