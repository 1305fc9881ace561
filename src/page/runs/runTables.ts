import type { ModelView } from '../../contracts/training/TrainingView.js';
import { element } from '../elements/element.js';
import { formatCount, formatLoss, formatScore, NOTHING } from '../elements/format.js';
import { describeConfig } from '../panels/describeConfig.js';
import { runMark } from './runCharts.js';
import { areComparable, type ComparedRun } from './testRows.js';

/** A table cell, and the number that ranks it. */
interface Result {
  readonly text: string;
  /** Higher is better; undefined if there is no value. */
  readonly rank?: number | undefined;
}

const score = (value: number | null | undefined): Result =>
  value === null || value === undefined ? { text: NOTHING } : { text: formatScore(value), rank: value };

const loss = (value: number | null | undefined): Result =>
  value === null || value === undefined ? { text: NOTHING } : { text: formatLoss(value), rank: -value };

const RESULTS: readonly (readonly [name: string, of: (run: ModelView) => Result])[] = [
  ['F1, weighted', ({ performance }) => score(performance?.overall.f1)],
  ['Precision', ({ performance }) => score(performance?.overall.precision)],
  ['Recall', ({ performance }) => score(performance?.overall.recall)],
  ['Accuracy', ({ training }) => score(training?.accuracy)],
  ['Loss', ({ training }) => loss(training?.loss)],
  [
    'Test rows',
    ({ performance }) => ({ text: performance === null ? NOTHING : formatCount(performance.overall.num_samples) }),
  ],
];

const runName = ({ name }: ModelView, run: number): HTMLElement =>
  element('span', { class: 'run-name' }, runMark(run), name);

const frame = (
  label: string,
  caption: string,
  head: readonly (Node | string)[],
  rows: readonly HTMLElement[],
): HTMLElement =>
  element(
    'div',
    { class: 'table-frame', tabindex: 0, role: 'region', 'aria-label': label },
    element(
      'table',
      { class: 'values' },
      element('caption', { class: 'hidden' }, caption),
      element('thead', {}, element('tr', {}, ...head.map((cell) => element('th', { scope: 'col' }, cell)))),
      element('tbody', {}, ...rows),
    ),
  );

/**
 * The results of runs on their test rows, one row for each run. The best value of each column is marked if there are
 * several runs that can be compared.
 */
export const resultsTable = (runs: readonly ComparedRun[]): HTMLElement => {
  const marksBest = runs.length > 1 && areComparable(runs);
  const results = runs.map((run) => RESULTS.map(([, of]) => of(run)));
  const best = RESULTS.map((_, column) => Math.max(...results.map((row) => row[column]?.rank ?? -Infinity)));
  const rows = runs.map((run, index) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, runName(run, index)),
      ...(results[index] ?? []).map(({ text, rank }, column) =>
        element('td', { 'data-best': marksBest && rank !== undefined && rank === best[column] }, text),
      ),
    ),
  );
  return frame('Results', 'Results of each run on its test rows', ['Run', ...RESULTS.map(([name]) => name)], rows);
};

/** The options of a run, by name. */
const optionsOf = ({ config, training, modelId }: ModelView): ReadonlyMap<string, string> => {
  const epochs = training?.epochs ?? [];
  const [first] = epochs;
  const vectors = training?.choice?.vectors;
  return new Map([
    ['Architecture', config === null ? NOTHING : 'architecture' in config ? config.architecture : 'lesson'],
    ...(config === null ? [] : describeConfig(config)),
    ...(epochs.length === 0 ? [] : [['Epochs', formatCount(epochs.length)] as const]),
    ...(first === undefined ? [] : [['Learning rate', String(first.learningRate)] as const]),
    ...(vectors === undefined ? [] : [['Word vectors', `${formatCount(vectors.words)} of ${vectors.dims}`] as const]),
    ['Model', modelId ?? NOTHING],
  ]);
};

/** The options of runs side by side, one row for each option. Options that differ are marked. */
export const optionsTable = (runs: readonly ModelView[]): HTMLElement => {
  const options = runs.map(optionsOf);
  const names = [...new Set(options.flatMap((each) => [...each.keys()]))];
  const rows = names.map((name) => {
    const values = options.map((each) => each.get(name) ?? NOTHING);
    return element(
      'tr',
      { 'data-differs': new Set(values).size > 1 },
      element('th', { scope: 'row' }, name),
      ...values.map((value) => element('td', {}, value)),
    );
  });
  return frame('Options', 'The options of each run', ['Option', ...runs.map(runName)], rows);
};
