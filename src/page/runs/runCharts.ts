import type { ModelView } from '../../contracts/training/TrainingView.js';
import { Chart, type ChartData, type ChartSeries } from '../charts/Chart.js';
import { hueName } from '../elements/classMark.js';
import { element } from '../elements/element.js';
import { formatLoss, formatScore } from '../elements/format.js';
import { svg } from '../elements/svg.js';
import { formatEpoch } from '../panels/lossChart.js';
import { areComparable, type ComparedRun } from './testRows.js';

/** Dashes of lines, in pixels. With eight colours, four patterns give sixteen distinguishable lines. */
const DASHES: readonly (readonly number[] | undefined)[] = [undefined, [8, 5], [2, 4], [12, 4, 2, 4]];

const lineOf = (run: number): Pick<ChartSeries, 'hue' | 'dash'> => {
  const dash = DASHES[run % DASHES.length];
  return { hue: hueName(run), ...(dash === undefined ? {} : { dash }) };
};

/** The line of a run, for the legend and the table. */
export const runMark = (run: number): SVGElement => {
  const { hue, dash } = lineOf(run);
  const line = svg('path', { d: 'M0 4h32', 'stroke-dasharray': dash?.join(' ') ?? '' });
  line.style.stroke = `var(${hue})`;
  return svg('svg', { viewBox: '0 0 32 8', class: 'run-mark', 'aria-hidden': 'true' }, line);
};

/** A chart with a line for each run. @param names the names of the runs */
const runChart = (
  names: readonly string[],
  options: Pick<ConstructorParameters<typeof Chart>[0], 'title' | 'subtitle' | 'formatY' | 'range'>,
): Chart =>
  new Chart({
    ...options,
    xLabel: 'Epoch',
    wholeX: true,
    formatX: formatEpoch,
    series: names.map((label, run) => ({ label, ...lineOf(run), overGaps: true })),
    legend: element('ul', { class: 'legend' }, ...names.map((name, run) => element('li', {}, runMark(run), name))),
  });

/** The validation loss of each run by epoch. */
export const runLossChart = (names: readonly string[]): Chart =>
  runChart(names, {
    title: 'Validation loss',
    subtitle: 'Mean cross-entropy in nats; lower is better',
    formatY: (loss) => loss.toFixed(2),
  });

/** The macro F1 on the validation rows of each run by epoch. */
export const runScoreChart = (names: readonly string[]): Chart =>
  runChart(names, {
    title: 'Validation macro F1',
    subtitle: 'The mean F1 of the classes; higher is better',
    formatY: formatScore,
    range: (least, most) => [
      Math.max(0, Math.floor((least - 0.02) * 20) / 20),
      Math.min(1, Math.ceil((most + 0.005) * 20) / 20),
    ],
  });

/** The values of a measure over the epochs of all runs. */
const columnsOf = (
  runs: readonly ModelView[],
  measure: 'validationLoss' | 'validationMacroF1',
): Pick<ChartData, 'x' | 'y'> => {
  const last = Math.max(0, ...runs.flatMap(({ training }) => training?.epochs.map(({ epoch }) => epoch) ?? []));
  const x = Array.from({ length: last }, (_, index) => index + 1);
  const y = runs.map(({ training }) => {
    const byEpoch = new Map(training?.epochs.map((epoch) => [epoch.epoch, epoch[measure]]));
    return x.map((epoch) => byEpoch.get(epoch) ?? null);
  });
  return { x, y };
};

/** A sentence that names the best run by a measure. */
const bestOf = (
  runs: readonly ComparedRun[],
  { y }: Pick<ChartData, 'y'>,
  what: string,
  format: (value: number) => string,
  isBetter: (a: number, b: number) => boolean,
): string => {
  if (!areComparable(runs)) return 'The runs were measured on different rows.';
  let best: { readonly name: string; readonly value: number; readonly epoch: number } | undefined;
  y.forEach((values, run) =>
    values.forEach((value, index) => {
      if (value !== null && (best === undefined || isBetter(value, best.value)))
        best = { name: runs[run]?.name ?? '', value, epoch: index + 1 };
    }),
  );
  return best === undefined
    ? 'No run has an epoch that was measured.'
    : `The ${what}, ${format(best.value)}, is that of ${best.name} after epoch ${best.epoch}.`;
};

/** The data of the chart of losses. */
export const runLossData = (runs: readonly ComparedRun[]): ChartData => {
  const columns = columnsOf(runs, 'validationLoss');
  return { ...columns, summary: bestOf(runs, columns, 'lowest loss', formatLoss, (a, b) => a < b) };
};

/** The data of the chart of scores. */
export const runScoreData = (runs: readonly ComparedRun[]): ChartData => {
  const columns = columnsOf(runs, 'validationMacroF1');
  return { ...columns, summary: bestOf(runs, columns, 'highest macro F1', formatScore, (a, b) => a > b) };
};
