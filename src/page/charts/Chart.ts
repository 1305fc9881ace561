import uPlot from 'uplot';
import { element, setAttributes, setText } from '../elements/element.js';
import { NOTHING } from '../elements/format.js';
import { xRange } from './xRange.js';

/** A line or a set of bars of a chart. */
export interface ChartSeries {
  readonly label: string;
  /** The custom property with its colour. */
  readonly hue: string;
  /** The dashes, in pixels. Lines are never distinguished by colour alone. Default: none. */
  readonly dash?: readonly number[];
  /** Bars from 0, or a line. Bars behind other bars come first. Default: a line. */
  readonly look?: 'line' | 'bars';
  readonly width?: number;
  /** Whether each value of a line has a point. Default: if there is enough room. */
  readonly points?: boolean;
  /** Whether a line continues across missing values. Default: no. */
  readonly overGaps?: boolean;
}

/** The options of a chart. */
export interface ChartOptions {
  readonly title: string;
  /** A line of text below the title. */
  readonly subtitle?: string;
  readonly series: readonly ChartSeries[];
  /** The name of the x values, for the table. */
  readonly xLabel: string;
  /** Whether only whole numbers are shown along the x axis. Default: no. */
  readonly wholeX?: boolean;
  readonly formatX: (x: number, span: number) => string;
  readonly formatY: (value: number) => string;
  /** The start and end of the y axis. Default: from 0 to slightly above the highest value. */
  readonly range?: (least: number, most: number) => readonly [number, number];
  /** A further node in the heading, such as a legend. */
  readonly legend?: HTMLElement;
}

/** The current data of a chart. */
export interface ChartData {
  readonly x: readonly number[];
  /** The values by series. */
  readonly y: readonly (readonly (number | null)[])[];
  /**
   * The values of the table by series, if they differ from `y`: for example the height of one bar, and not its upper
   * edge in a stack.
   */
  readonly told?: readonly (readonly (number | null)[])[];
  /** The x values of changes; each is a vertical line. Default: none. */
  readonly marks?: readonly number[];
  /** The width of a bar on the x axis. Default 0: there are no bars. */
  readonly barWidth?: number;
  /** The text alternative: the content of the chart in a sentence or two. */
  readonly summary: string;
}

/** The maximum number of table rows. A longer table shows the last rows. */
const TABLE_ROWS = 120;

const HEIGHT = 190;

/** The possible steps between the numbers of an axis with whole numbers. */
const WHOLE = Array.from({ length: 9 }, (_, digits) => [1, 2, 5].map((first) => first * 10 ** digits)).flat();

const lookOf = (
  { label, hue, dash, look = 'line', width = 2, points, overGaps = false }: ChartSeries,
  colour: (name: string) => string,
): uPlot.Series =>
  look === 'bars'
    ? {
        label,
        width: 0,
        fill: colour(hue),
        ...(uPlot.paths.bars === undefined ? {} : { paths: uPlot.paths.bars({ size: [0.86, 48], align: 1 }) }),
        points: { show: false },
      }
    : {
        label,
        width,
        stroke: colour(hue),
        spanGaps: overGaps,
        points: {
          ...(points === undefined ? {} : { show: points }),
          size: 6,
          fill: colour(hue),
          stroke: colour('--surface'),
          width: 1,
        },
        ...(dash === undefined ? {} : { dash: [...dash] }),
      };

/**
 * A chart with a title, a text alternative, and a table of its values, which can be opened.
 *
 * It is redrawn when the theme changes, and only while it is visible.
 */
export class Chart {
  readonly node: HTMLElement;
  readonly #options: ChartOptions;
  readonly #plate = element('div', { class: 'chart-plate', role: 'img' });
  readonly #summary = element('p', { class: 'chart-summary' });
  readonly #table = element('table', { class: 'values' });
  readonly #details: HTMLDetailsElement;
  readonly #scroller: HTMLElement;
  #plot: uPlot | undefined;
  #data: ChartData | undefined;

  constructor(options: ChartOptions) {
    this.#options = options;
    const { title, subtitle, legend } = options;
    this.#scroller = element(
      'div',
      { class: 'values-frame', tabindex: 0, role: 'region', 'aria-label': `${title}, as a table` },
      this.#table,
    );
    this.#details = element(
      'details',
      { class: 'values-details' },
      element('summary', {}, 'Values as a table'),
      this.#scroller,
    );
    this.#details.addEventListener('toggle', () => this.#tell());
    const heading = element(
      'figcaption',
      {},
      element('h3', {}, title),
      ...(subtitle === undefined ? [] : [element('p', { class: 'subtitle' }, subtitle)]),
      ...(legend === undefined ? [] : [legend]),
    );
    this.node = element('figure', { class: 'chart card' }, heading, this.#plate, this.#summary, this.#details);
    new ResizeObserver(([entry]) => {
      const width = Math.floor(entry?.contentRect.width ?? 0);
      if (width === 0) return;
      if (this.#plot === undefined) this.#plotAnew();
      else if (width !== this.#plot.width) this.#plot.setSize({ width, height: HEIGHT });
    }).observe(this.#plate);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#plotAnew());
  }

  /** Shows new data. */
  show(data: ChartData): void {
    this.#data = data;
    setAttributes(this.#plate, { 'aria-label': `${this.#options.title}. ${data.summary}` });
    setText(this.#summary, data.summary);
    // Without a value, the axes would have no numbers.
    if (data.x.length === 0) this.#clear();
    else if (this.#plot === undefined) this.#plotAnew();
    else this.#plot.setData(this.#columns());
    if (this.#details.open) this.#tell();
  }

  #columns(): uPlot.AlignedData {
    const { x, y } = this.#data ?? { x: [], y: this.#options.series.map(() => []) };
    return [[...x], ...y.map((values) => [...values])];
  }

  #plotAnew(): void {
    const width = Math.floor(this.#plate.clientWidth);
    this.#clear();
    if (width === 0 || this.#data === undefined || this.#data.x.length === 0) return;
    this.#plot = new uPlot(this.#plotOptions(width), this.#columns(), this.#plate);
  }

  #clear(): void {
    this.#plot?.destroy();
    this.#plot = undefined;
  }

  #plotOptions(width: number): uPlot.Options {
    const { series, formatX, formatY, range, wholeX = false } = this.#options;
    const style = getComputedStyle(this.#plate);
    const colour = (name: string): string => style.getPropertyValue(name).trim();
    const axis: uPlot.Axis = {
      stroke: colour('--muted'),
      font: `11px ${style.fontFamily}`,
      grid: { stroke: colour('--grid'), width: 1 },
      ticks: { show: false },
      gap: 6,
    };
    const spanOf = ({ scales }: uPlot): number => (scales['x']?.max ?? 0) - (scales['x']?.min ?? 0);
    const along: uPlot.Range.Function = () => xRange(this.#data?.x ?? [], this.#data?.barWidth);
    const up: uPlot.Range.Function = (_plot, least, most) => {
      // Without any value, uPlot passes null, although its types do not say so.
      const known = Number.isFinite(least) && Number.isFinite(most);
      return [
        ...(known && range !== undefined ? range(least, most) : ([0, known && most > 0 ? most * 1.08 : 1] as const)),
      ];
    };
    return {
      width,
      height: HEIGHT,
      legend: { show: false },
      cursor: { show: false },
      padding: [8, 26, 0, 0],
      scales: { x: { time: false, range: along }, y: { range: up } },
      axes: [
        {
          ...axis,
          ...(wholeX && { incrs: WHOLE }),
          space: 58,
          size: 30,
          grid: { show: false },
          values: (plot, splits) => splits.map((split) => formatX(split, spanOf(plot))),
        },
        { ...axis, size: 52, values: (_plot, splits) => splits.map(formatY) },
      ],
      series: [{}, ...series.map((one) => lookOf(one, colour))],
      hooks: { draw: [(plot) => this.#mark(plot, colour('--bad'))] },
    };
  }

  /** Draws a vertical line at each change. */
  #mark(plot: uPlot, colour: string): void {
    const { ctx, bbox, scales } = plot;
    const { min = -Infinity, max = Infinity } = scales['x'] ?? {};
    ctx.save();
    ctx.strokeStyle = colour;
    ctx.lineWidth = 2;
    ctx.setLineDash([3, 3]);
    for (const at of this.#data?.marks ?? []) {
      if (at < min || at > max) continue;
      const x = Math.round(plot.valToPos(at, 'x', true));
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
    }
    ctx.restore();
  }

  /** Fills the table if it is open. */
  #tell(): void {
    if (!this.#details.open || this.#data === undefined) return;
    const { series, xLabel, formatX, formatY } = this.#options;
    const { x, y, told = y } = this.#data;
    const span = (x.at(-1) ?? 0) - (x[0] ?? 0);
    const head = element(
      'thead',
      {},
      element(
        'tr',
        {},
        ...[xLabel, ...series.map(({ label }) => label)].map((name) => element('th', { scope: 'col' }, name)),
      ),
    );
    const rows = x.map((at, row) => {
      const cells = series.map((_, index) => {
        const value = told[index]?.[row];
        return element('td', {}, value === null || value === undefined ? NOTHING : formatY(value));
      });
      return element('tr', {}, element('th', { scope: 'row' }, formatX(at, span)), ...cells);
    });
    this.#table.replaceChildren(head, element('tbody', {}, ...rows.slice(-TABLE_ROWS)));
  }
}
