import Table from 'cli-table3';
import { type Figure, isOurs, median } from './Figure.js';

/** A table of texts; its first row is the header. */
export type Cells = readonly (readonly string[])[];

const grouped = (value: number): string =>
  value.toLocaleString('en-US', {
    maximumSignificantDigits: value >= 100 ? 21 : 3,
    maximumFractionDigits: value >= 100 ? 0 : 3,
  });

/** The value of a figure, with its unit. */
export const valueOf = ({ samples_per_s: samples, rows_per_s: rows, p50_us: p50 }: Figure): string => {
  const rate = samples ?? rows;
  if (rate !== undefined) return `${grouped(rate)} rows/s`;
  return p50 === undefined ? '' : `${grouped(p50)} µs`;
};

const NAMES: Readonly<Record<string, string>> = {
  train: 'training',
  eval: 'evaluation',
  latency: 'one headline, p50',
  pipeline: 'CSV to padded batches',
};

const ORDER = Object.keys(NAMES);

const nameOf = ({ what, model }: Figure): string =>
  [model?.toUpperCase(), NAMES[what] ?? what].filter((part) => part !== undefined).join(' ');

const VARIANTS = ['lesson', 'tuned', 'shortcut'] as const;

/**
 * Headwater and PyTorch's variants, each with how many times as fast Headwater is: the median, the minimum and the
 * maximum of the rounds.
 */
export const comparison = (figures: readonly Figure[]): Cells => {
  const compared = figures
    .filter((figure) => isOurs(figure) && figure.what in NAMES && figure.variant !== 'streamed')
    .sort((a, b) => ORDER.indexOf(a.what) - ORDER.indexOf(b.what) || (a.model ?? '').localeCompare(b.model ?? ''));
  const several = new Set(compared.map(({ engine }) => engine)).size > 1;
  const cell = (ours: Figure, variant: string): string => {
    const theirs = figures.find(
      ({ what, model, peer, variant: other }) =>
        what === ours.what && model === ours.model && other === variant && peer?.startsWith('torch') === true,
    );
    const ratio = figures.find(
      ({ what, of, model, variant: other, engine }) =>
        what === 'ratio' && of === ours.what && model === ours.model && other === variant && engine === ours.engine,
    );
    if (theirs === undefined || ratio === undefined) return '–';
    const each = ratio['each_ratio'] as readonly number[];
    const spread = `${grouped(Math.min(...each))}–${grouped(Math.max(...each))}`;
    return `${valueOf(theirs)}: ${grouped(Number(ratio['ratio']))}× (${spread})`;
  };
  return [
    ['figure', 'Headwater', ...VARIANTS.map((variant) => `PyTorch ${variant}`)],
    ...compared.map((ours) => [
      several ? `${nameOf(ours)}, ${ours.engine ?? ''}` : nameOf(ours),
      valueOf(ours),
      ...VARIANTS.map((variant) => cell(ours, variant)),
    ]),
  ];
};

/** Formats a table for a terminal. */
export const forTerminal = ([head = [], ...rows]: Cells): string => {
  const table = new Table({ head: [...head], style: { head: [], border: [] } });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
};

/** The speed of a figure in each round; larger is faster. */
const speedsOf = (figure: Figure): readonly number[] => {
  const rates = figure['each_samples_per_s'] ?? figure.samples_per_s;
  if (rates !== undefined) return [rates].flat() as readonly number[];
  return ([figure['each_p50_us'] ?? figure.p50_us].flat() as readonly number[]).map((time) => 1 / time);
};

/**
 * Headwater's backends on the engine on which all were measured, each with how many times as fast the embedded one is:
 * the median of the rounds.
 */
export const backends = (figures: readonly Figure[]): Cells => {
  const own = figures.filter(
    ({ peer, backend, what, model }) =>
      peer === undefined && backend !== undefined && model !== undefined && what in NAMES,
  );
  const names = [...new Set(own.map(({ backend }) => backend!))].sort(
    (a, b) => Number(b === 'headwater') - Number(a === 'headwater'),
  );
  const engine = (own.find((figure) => !isOurs(figure)) ?? own[0])?.engine;
  const models = new Set((names.length > 1 ? own.filter((figure) => !isOurs(figure)) : own).map(({ model }) => model));
  const rows = own
    .filter((figure) => isOurs(figure) && figure.engine === engine && models.has(figure.model))
    .sort((a, b) => ORDER.indexOf(a.what) - ORDER.indexOf(b.what));
  const cell = (ours: Figure, name: string): string => {
    const theirs = own.find(
      ({ backend, what, model, engine: on }) =>
        backend === name && what === ours.what && model === ours.model && on === engine,
    );
    if (theirs === undefined) return '–';
    if (theirs === ours) return valueOf(ours);
    const speeds = speedsOf(theirs);
    const ratio = median(speedsOf(ours).map((speed, round) => speed / (speeds[round] ?? NaN)));
    return `${valueOf(theirs)}: ${grouped(Number(ratio.toPrecision(3)))}×`;
  };
  return [
    ['figure', ...names],
    ...rows.map((ours) => [`${nameOf(ours)}, ${ours.engine ?? ''}`, ...names.map((name) => cell(ours, name))]),
  ];
};

/** The other figures: both data paths, tfjs-layers. */
export const others = (figures: readonly Figure[]): Cells => {
  const layers = figures.filter(({ peer }) => peer?.startsWith('tfjs-layers') === true);
  return [
    ['tfjs-layers', 'backend', 'speed', 'Headwater'],
    ...layers.map((theirs) => {
      const ours = figures.find(
        (figure) => isOurs(figure) && figure.what === theirs.what && figure.model === theirs.model,
      );
      const factor =
        ours?.samples_per_s === undefined || theirs.samples_per_s === undefined
          ? ''
          : ` (${grouped(Number((ours.samples_per_s / theirs.samples_per_s).toPrecision(3)))}×)`;
      return [
        nameOf(theirs),
        theirs.backend ?? '',
        theirs['failed'] === undefined ? valueOf(theirs) : `does not run: ${String(theirs['failed'])}`,
        `${ours === undefined ? '–' : valueOf(ours)}${factor}`,
      ];
    }),
  ];
};

const IN_MEMORY = 'read once, held in memory (as the peer)';
const READ_AGAIN = '`prepare` + `batches` of all sides: read four times, nothing held';

/** Both data paths; in the first pass of a process, nothing is compiled yet. */
export const dataPath = (figures: readonly Figure[]): Cells => [
  ['data path', 'first pass of a process', 'later passes'],
  ...figures
    .filter((figure) => figure.what === 'pipeline' && isOurs(figure))
    .map((figure) => [
      `${figure.variant === 'memory' ? IN_MEMORY : READ_AGAIN}, ${figure.engine ?? ''}`,
      `${grouped(Number(figure['first_rows_per_s']))} rows/s`,
      valueOf(figure),
    ]),
];

/** The time of each part of a train step. */
export const phases = (figures: readonly Figure[]): Cells => {
  const peakOf = ({ threads, engine }: Figure): string =>
    grouped(
      Number(
        figures.find((figure) => figure.what === 'peak' && figure.threads === threads && figure.engine === engine)?.[
          'gflops'
        ] ?? NaN,
      ),
    );
  return [
    ['model, threads, engine', 'phase', 'ms a batch', 'GFLOP/s', 'share of peak'],
    ...figures
      .filter(({ what }) => what === 'phase')
      .map((figure) => [
        [
          figure.model?.toUpperCase() ?? '',
          figure.threads ?? 1,
          `${figure.engine ?? ''} (peak ${peakOf(figure)} GFLOP/s)`,
        ].join(', '),
        String(figure['phase']),
        figure['ms'] === undefined ? '' : grouped(Number(figure['ms'])),
        figure['gflops'] === undefined ? '' : grouped(Number(figure['gflops'])),
        figure['share_of_peak'] === undefined ? '' : `${Math.round(Number(figure['share_of_peak']) * 100)} %`,
      ]),
  ];
};

/** Speed and memory for one thousand to two million rows. */
export const rowsTable = (figures: readonly Figure[]): Cells => [
  ['rows', 'what', 'rows/s', 'peak memory of the process'],
  ...figures
    .filter(({ what, axis }) => what === 'scaling' && axis === 'rows')
    .map((figure) => [
      grouped(Number(figure['rows'])),
      figure['of'] === 'eval' ? 'CSV to probabilities (GRU)' : '`prepare` + `batches`',
      grouped(figure.rows_per_s ?? NaN),
      `${grouped(figure.max_rss_mb ?? NaN)} MiB`,
    ]),
];

/** The losses of both sides after the same steps. */
export const samePath = (figures: readonly Figure[]): Cells => [
  ['model', 'loss here', 'loss in PyTorch', 'relative difference'],
  ...figures
    .filter(({ what }) => what === 'same_path')
    .map((figure) => [
      `${figure.model?.toUpperCase() ?? ''}, ${String(figure['reading'])}`,
      Number(figure['loss']).toFixed(6),
      Number(figure['peer_loss']).toFixed(6),
      Number(figure['relative_difference']).toExponential(1),
    ]),
];

/** The machine of the measurement. */
export const machine = (figures: readonly Figure[]): Cells => {
  const found = figures.find(({ what }) => what === 'machine');
  const peers = [...new Set(figures.flatMap(({ peer }) => (peer === undefined ? [] : [peer])))];
  const kernels = new Set(
    figures
      .filter((figure) => isOurs(figure) && figure.simd !== undefined && figure.engine !== undefined)
      .map(({ simd, engine }) => `${simd ?? 'none'} on ${engine ?? ''}`),
  );
  return [
    ['measured on', ''],
    ['processor', `${String(found?.['cpu'])}, ${String(found?.['cores'])} cores, ${String(found?.['memory_gb'])} GiB`],
    ['software', `Node ${String(found?.['node'])} (${String(found?.['system'])}); ${peers.join(', ')}`],
    ['kernels', [...kernels].join(', ')],
    ['rounds', `${String(found?.rounds)}, of ${String(found?.['seconds'])} s a figure`],
  ];
};

const escaped = (text: string): string => text.replaceAll('|', '\\|');

/** Formats a table as Markdown. */
export const markdown = ([head = [], ...rows]: Cells): string => {
  const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
};
