import Table from 'cli-table3';
import pc from 'picocolors';
import { compareAnswers, type AnswersCompared } from '../../sinks/metrics/compareAnswers.js';
import { confusionMatrix } from '../../sinks/metrics/confusionMatrix.js';
import { scores } from '../../sinks/metrics/scores.js';
import { macroScores } from '../../sinks/metrics/simpleAnswers.js';
import { printable } from '../../sinks/terminal/printable.js';

/** The answers of some models to the same rows, by class index. */
export interface ModelAnswers {
  readonly classes: readonly string[];
  readonly labels: Int32Array;
  readonly models: readonly { readonly name: string; readonly answers: Int32Array }[];
}

/** A row for which the models gave different answers. */
export interface DifferingRow {
  readonly id: number;
  readonly title: string;
  readonly category: string;
  /** Each model's answer, in the order of the models. */
  readonly answers: readonly string[];
}

/** Two models on the same rows. */
interface Pair extends AnswersCompared {
  readonly first: string;
  readonly second: string;
}

const measured = ({ classes, labels, models }: ModelAnswers) =>
  models.map(({ name, answers }) => {
    const confusion = confusionMatrix(labels, answers, classes.length);
    const performance = scores(confusion, classes);
    const right = answers.reduce((sum, answer, row) => sum + (answer === labels[row] ? 1 : 0), 0);
    const macro = macroScores({ classes, confusion, performance });
    return { name, accuracy: right / labels.length, macroF1: macro.f1, performance };
  });

const pairsOf = ({ labels, models }: ModelAnswers): readonly Pair[] =>
  models.flatMap((first, i) =>
    models.slice(i + 1).map((second): Pair => ({
      first: first.name,
      second: second.name,
      ...compareAnswers(labels, first.answers, second.answers),
    })),
  );

/**
 * The comparison as JSON, with a newline at its end.
 *
 * @param seen the number of rows that one of the models has seen in its training
 */
export const comparisonJson = (
  answers: ModelAnswers,
  differing: number,
  rows: readonly DifferingRow[],
  seen: number,
): string => {
  const models = measured(answers).map(({ name, accuracy, macroF1, performance }) => ({
    model: name,
    accuracy,
    macroF1,
    overall: performance.overall,
    // An array, not an object by class: in an object, a class with a number as its name would come before the others.
    classes: answers.classes.map((category) => ({ category, ...performance.class[category] })),
  }));
  const all = { rows: answers.labels.length, seen, models, pairs: pairsOf(answers), differing, examples: rows };
  return `${JSON.stringify(all, null, 2)}\n`;
};

/** By default, cli-table3 colours headings independent of the stream and NO_COLOR. */
const style = { head: [], border: [], compact: true };
const share = (value: number): string => value.toFixed(3);
const count = (rows: number): string => rows.toLocaleString('en-US');
const probability = (p: number): string => (p < 0.0001 ? 'below 0.0001' : p.toFixed(4));

/** The comparison as tables for people, with a newline at the end. */
export const comparisonText = (
  answers: ModelAnswers,
  differing: number,
  rows: readonly DifferingRow[],
  colors: boolean,
): string => {
  const paint = pc.createColors(colors);
  const names = answers.models.map(({ name }) => printable(name));
  const models = measured(answers);
  const right = names.map(() => 'right' as const);
  const byClass = new Table({
    head: ['F1', ...names, 'rows'].map(paint.bold),
    colAligns: ['left', ...right, 'right'],
    style,
  });
  for (const category of answers.classes) {
    const rowsOf = models[0]?.performance.class[category]?.num_samples ?? 0;
    const of = models.map(({ performance }) => share(performance.class[category]?.f1 ?? 0));
    byClass.push([printable(category), ...of, count(rowsOf)]);
  }
  const all = count(answers.labels.length);
  byClass.push(['weighted', ...models.map(({ performance }) => share(performance.overall.f1)), all].map(paint.bold));
  byClass.push(['mean over classes', ...models.map(({ macroF1 }) => share(macroF1)), all]);
  byClass.push(['accuracy', ...models.map(({ accuracy }) => share(accuracy)), all]);

  const pairs = new Table({
    head: ['', 'alike', 'only the first right', 'only the second right', 'p (McNemar)'].map(paint.bold),
    colAligns: ['left', 'right', 'right', 'right', 'right'],
    style,
  });
  for (const { first, second, alike, rows: of, onlyFirst, onlySecond, p } of pairsOf(answers))
    pairs.push([
      `${printable(first)}, ${printable(second)}`,
      `${((100 * alike) / of).toFixed(1)} %`,
      count(onlyFirst),
      count(onlySecond),
      probability(p),
    ]);
  const examples = rows.map(
    ({ id, title, category, answers: given }) =>
      `  row ${id} (${printable(category)}): ${given.map(printable).join(', ')}: ${printable(title)}`,
  );
  const shown = rows.length < differing ? `, the first ${rows.length}` : '';
  return [
    byClass.toString(),
    pairs.toString(),
    `rows on which the models differ: ${count(differing)}${rows.length === 0 ? '' : `${shown}:`}`,
    ...examples,
    '',
  ].join('\n');
};
