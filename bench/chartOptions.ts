import type { EChartsCoreOption } from 'echarts/core';
import { FAINT, INK } from './drawSvg.js';
import { type Figure, isOurs } from './Figure.js';

/** Distinct on light and on dark pages, and for readers who cannot distinguish red and green. */
export const COLOURS = ['#0969da', '#bf8700', '#8250df', '#1a7f37', '#cf222e', '#57606a'];

/**
 * One hue per side: blue for Headwater, lighter for a newer engine, and pale for the data path that keeps no rows in
 * memory; three colours for PyTorch; grey for tfjs-layers.
 */
const OURS = [
  ['#0969da', '#a5b9d6'],
  ['#54aeff', '#c8dcf0'],
] as const;
const TORCH = { lesson: '#bf8700', tuned: '#8250df', shortcut: '#1a7f37' } as const;
const LAYERS = { wasm: '#57606a', cpu: '#afb8c1' } as const;

/** An axis with the colours of the page. */
export const axis = (more: object): object => ({
  axisLabel: { color: INK },
  nameTextStyle: { color: INK },
  axisLine: { lineStyle: { color: FAINT } },
  axisTick: { lineStyle: { color: FAINT } },
  splitLine: { lineStyle: { color: FAINT } },
  ...more,
});

/** A title, a legend, and the space for both. */
export const frame = (title: string, series: readonly { readonly name: string }[]): EChartsCoreOption => ({
  color: COLOURS,
  title: { text: title, left: 'center', textStyle: { color: INK, fontSize: 16, fontWeight: 600 } },
  // Space between the names, because their width can only be estimated without a page.
  legend: { bottom: 4, itemGap: 30, data: series.map(({ name }) => name), textStyle: { color: INK, fontSize: 11 } },
  grid: { left: 80, right: 60, top: 56, bottom: series.length > 4 ? 104 : 66 },
  series,
});

const speedOf = (figure: Figure | undefined): number | undefined =>
  figure?.samples_per_s ?? figure?.rows_per_s ?? figure?.p50_us;

const shown = (value: unknown): string =>
  typeof value === 'number' ? value.toLocaleString('en-US', { maximumFractionDigits: value < 100 ? 1 : 0 }) : '';

/** Headwater and the peer's variants, with one group of bars per model. */
export const speedsChart = (title: string, what: string, figures: readonly Figure[]): EChartsCoreOption => {
  const own = figures.filter((figure) => figure.what === what && (isOurs(figure) || figure.peer !== undefined));
  const models = [...new Set(own.map(({ model }) => model ?? ''))];
  const engines = [...new Set(own.filter(({ peer }) => peer === undefined).map(({ engine }) => engine))];
  const sides = [
    ...engines.flatMap((on, i) => {
      const [color, faint] = OURS[i % OURS.length]!;
      const name = engines.length > 1 ? `Headwater, ${on ?? ''}` : 'Headwater';
      return [
        {
          name,
          color,
          of: ({ peer, variant, engine }: Figure) => peer === undefined && engine === on && variant !== 'streamed',
        },
        {
          name: `${name}, streamed`,
          color: faint,
          of: ({ peer, variant, engine }: Figure) => peer === undefined && engine === on && variant === 'streamed',
        },
      ];
    }),
    ...Object.entries(TORCH).map(([kind, color]) => ({
      name: `PyTorch ${kind}`,
      color,
      of: ({ peer, variant }: Figure) => peer?.startsWith('torch') === true && variant === kind,
    })),
    ...Object.entries(LAYERS).map(([kind, color]) => ({
      name: `tfjs-layers ${kind}`,
      color,
      of: ({ variant }: Figure) => variant === `layers-${kind}`,
    })),
  ];
  const series = sides
    .map(({ name, color, of }) => ({
      name,
      color,
      values: models.map((model) => speedOf(own.find((figure) => (figure.model ?? '') === model && of(figure)))),
    }))
    .filter(({ values }) => values.some((value) => value !== undefined))
    .map(({ name, color, values }) => ({
      name,
      color,
      type: 'bar',
      barGap: '12%',
      data: values.map((value) => value ?? null),
      label: {
        show: true,
        position: 'top',
        color: INK,
        formatter: ({ value }: { readonly value: unknown }) => shown(value),
      },
    }));
  return {
    ...frame(title, series),
    xAxis: axis({ type: 'category', data: models.map((model) => model.toUpperCase()) }),
    yAxis: axis({ type: 'value', axisLine: { show: false } }),
  };
};

const PHASES = ['data', 'forward', 'backward', 'optimizer'];

/** The parts of a train step as stacked bars, one bar per model and number of threads. */
export const phasesChart = (figures: readonly Figure[]): EChartsCoreOption => {
  const own = figures.filter(({ what }) => what === 'phase');
  const nameOf = ({ model, threads, engine }: Figure): string =>
    `${model?.toUpperCase() ?? ''}, ${threads ?? 1} thr., ${engine ?? ''}`;
  const bars = [...new Set(own.map(nameOf))];
  const series = PHASES.map((phase) => ({
    name: phase === 'data' ? 'data path' : phase,
    type: 'bar',
    stack: 'step',
    barMaxWidth: 44,
    data: bars.map((bar) =>
      Number(own.find((figure) => nameOf(figure) === bar && figure['phase'] === phase)?.['ms'] ?? 0),
    ),
  }));
  return {
    ...frame('A train step by phase, ms a batch', series),
    grid: { left: 150, right: 40, top: 56, bottom: 66 },
    xAxis: axis({ type: 'value' }),
    yAxis: axis({ type: 'category', data: bars, inverse: true }),
  };
};

/** The throughput of a step's products and its peak, with one group of bars per model, number of threads and engine. */
export const throughputChart = (figures: readonly Figure[]): EChartsCoreOption => {
  const measured = figures.filter(({ what }) => what === 'phase');
  const groupOf = ({ model, threads, engine }: Figure): string =>
    `${model?.toUpperCase() ?? ''}, ${threads ?? 1} thr., ${engine ?? ''}`;
  const groups = [...new Map(measured.map((figure) => [groupOf(figure), figure])).entries()];
  const peakOf = ({ threads, engine }: Figure): Figure | undefined =>
    figures.find((figure) => figure.what === 'peak' && figure.threads === threads && figure.engine === engine);
  const bar = (name: string, of: (group: string, one: Figure) => Figure | undefined) => ({
    name,
    type: 'bar',
    barGap: '8%',
    data: groups.map(([group, one]) => Number(of(group, one)?.['gflops'] ?? 0)),
  });
  const series = [
    ...['forward', 'backward', 'step'].map((phase) =>
      bar(phase === 'step' ? 'whole step' : phase, (group) =>
        measured.find((figure) => groupOf(figure) === group && figure['phase'] === phase),
      ),
    ),
    bar('peak of the product kernel', (_, one) => peakOf(one)),
  ];
  return {
    ...frame('A train step, GFLOP/s', series),
    grid: { left: 150, right: 40, top: 56, bottom: 66 },
    xAxis: axis({ type: 'value' }),
    yAxis: axis({ type: 'category', data: groups.map(([group]) => group), inverse: true }),
  };
};

const AXES: Readonly<
  Record<
    string,
    {
      readonly title: string;
      readonly name: string;
      readonly of: (figure: Figure) => number;
      readonly line: (figure: Figure) => string;
    }
  >
> = {
  rows: {
    title: 'Rows in the table',
    name: 'rows',
    of: (figure) => Number(figure['rows']),
    line: (figure) => (figure['of'] === 'eval' ? 'CSV to probabilities, GRU' : 'CSV to batches, split and vocabulary'),
  },
  batch: {
    title: 'Rows in a batch',
    name: 'batch',
    of: (figure) => figure.batch ?? NaN,
    line: (figure) => lineOf(figure),
  },
  hidden: {
    title: 'Hidden state',
    name: 'hidden',
    of: (figure) => figure.hidden ?? NaN,
    line: (figure) => lineOf(figure),
  },
};

const lineOf = (figure: Figure): string =>
  `${figure.model?.toUpperCase() ?? ''} ${figure['of'] === 'train' ? 'training' : 'evaluation'}, ` +
  `${figure.threads ?? 1} thr.`;

/** The next lower number of 1, 2, 5, 10, 20, …: the start of an axis. */
const leastOf = (values: readonly number[]): number => {
  const least = Math.min(...values);
  const power = 10 ** Math.floor(Math.log10(least));
  return [5, 2, 1].map((factor) => factor * power).find((tick) => tick <= least) ?? power;
};

/** The measures on the vertical axis. */
const MEASURES = {
  speed: { title: 'rows/s', of: (figure: Figure) => speedOf(figure) },
  memory: { title: 'peak memory of the process, MiB', of: (figure: Figure) => figure.max_rss_mb },
} as const;

/** Speed or memory against a growing size, both on logarithmic scales. */
export const scalingChart = (
  axisName: string,
  figures: readonly Figure[],
  measure: keyof typeof MEASURES = 'speed',
): EChartsCoreOption => {
  const { title, name, of, line } = AXES[axisName]!;
  const { title: measured, of: valueOf } = MEASURES[measure];
  const own = figures.filter((figure) => figure.what === 'scaling' && figure['axis'] === axisName);
  const lines = [...new Set(own.map(line))];
  const series = lines.map((called, i) => ({
    name: called,
    type: 'line',
    symbol: 'circle',
    symbolSize: 7,
    lineStyle: { width: 2, type: called.endsWith(', 1 thr.') ? 'dashed' : 'solid' },
    color: COLOURS[i % 4],
    data: own
      .filter((figure) => line(figure) === called)
      .map((figure): [number, number] => [of(figure), valueOf(figure) ?? NaN])
      .sort(([a], [b]) => a - b),
  }));
  const ticks = [...new Set(own.map(of))].sort((a, b) => a - b);
  return {
    ...frame(`${title}: ${measured}`, series),
    grid: { left: 90, right: 40, top: 56, bottom: 100 },
    xAxis: axis({
      type: 'log',
      logBase: axisName === 'rows' ? 10 : 2,
      name,
      nameLocation: 'middle',
      nameGap: 26,
      axisLabel: { color: INK, hideOverlap: true },
      min: ticks[0],
      max: ticks.at(-1),
    }),
    yAxis: axis({ type: 'log', min: leastOf(series.flatMap(({ data }) => data.map(([, value]) => value))) }),
  };
};
