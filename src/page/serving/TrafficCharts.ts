import { Chart } from '../charts/Chart.js';
import { lineLegend } from '../charts/lineLegend.js';
import { describeMix, stackOf } from '../charts/mix.js';
import type { TimeBins } from '../charts/TimeBins.js';
import { hueName } from '../elements/classMark.js';
import { element } from '../elements/element.js';
import { formatMs, formatRate, formatShare, formatTick, formatWidth } from '../elements/format.js';
import { className } from '../elements/tables.js';

/** The time window of the current rate. Milliseconds. */
const RECENT_MS = 10_000;

/** With more classes than this, the legend is closed at first, because it would push the charts off the screen. */
const MOST_NAMED = 12;

/** The legend of classes. */
const classLegend = (classes: readonly string[]): HTMLElement => {
  const legend = element(
    'ul',
    { class: 'legend' },
    ...classes.map((name, category) => element('li', {}, className(name, category))),
  );
  if (classes.length <= MOST_NAMED) return legend;
  return element(
    'details',
    { class: 'values-details' },
    element('summary', {}, `The colours of ${classes.length} classes`),
    legend,
  );
};

/** The current traffic. */
export interface TrafficNow {
  /** Headlines per second. */
  readonly rate: number;
  /** Latencies in milliseconds; undefined before the first headline. */
  readonly median: number | undefined;
  readonly slowest: number | undefined;
}

const formatSeconds = (seconds: number, span: number): string => formatTick(seconds * 1000, span * 1000);

/** The class mix, the throughput and the latency over time. */
export class TrafficCharts {
  readonly nodes: readonly HTMLElement[];
  readonly #classes: readonly string[];
  readonly #mix: Chart;
  readonly #throughput: Chart;
  readonly #latency: Chart;

  /** @param classes in the order of the label encoder */
  constructor(classes: readonly string[]) {
    this.#classes = classes;
    const overTime = { xLabel: 'Time', wholeX: true, formatX: formatSeconds };
    this.#mix = new Chart({
      ...overTime,
      title: 'Class mix',
      subtitle: 'Share of each class over time',
      formatY: formatShare,
      range: () => [0, 1],
      series: classes.map((label, category) => ({ label, hue: hueName(category), look: 'bars' as const })).reverse(),
      legend: classLegend(classes),
    });
    this.#throughput = new Chart({
      ...overTime,
      title: 'Throughput',
      subtitle: 'Headlines a second',
      formatY: formatRate,
      series: [{ label: 'Headlines a second', hue: '--accent', look: 'bars' }],
    });
    this.#latency = new Chart({
      ...overTime,
      title: 'Latency',
      subtitle: 'From seen to classified',
      formatY: formatMs,
      series: [
        { label: 'Median', hue: '--class-0', overGaps: true },
        { label: '95th percentile', hue: '--class-1', dash: [6, 4], overGaps: true },
      ],
      legend: lineLegend([
        ['Median', 'solid'],
        ['95th percentile', 'dashed'],
      ]),
    });
    this.nodes = [this.#mix.node, this.#throughput.node, this.#latency.node];
  }

  /**
   * Draws the counts until now.
   *
   * @param changes the times of changes of the model, in milliseconds since 1970
   */
  draw(bins: TimeBins, now: number, changes: readonly number[]): TrafficNow {
    const marks = changes.map((at) => at / 1000);
    const columns = bins.columns(now);
    const each = `Each bar is ${formatWidth(bins.widthMs)}.`;
    const barWidth = bins.widthMs / 1000;
    const { edges, shares } = stackOf(columns);
    const busiest = Math.max(0, ...columns.rates);
    const rate = bins.recentRate(now, RECENT_MS);
    const median = columns.median.findLast((value) => value !== null) ?? undefined;
    const slowest = columns.slowest.findLast((value) => value !== null) ?? undefined;
    this.#mix.show({
      x: columns.times,
      y: edges,
      told: shares,
      barWidth,
      marks,
      summary: describeMix(this.#classes, columns),
    });
    this.#throughput.show({
      x: columns.times,
      y: [columns.rates],
      barWidth,
      marks,
      summary: `${formatRate(rate)} a second now, ${formatRate(busiest)} at most. ${each}`,
    });
    this.#latency.show({
      x: columns.times,
      y: [columns.median, columns.slowest],
      marks,
      summary:
        median === undefined || slowest === undefined
          ? 'No headlines yet.'
          : `Half of the last headlines took at most ${formatMs(median)}, and 95% at most ${formatMs(slowest)}.`,
    });
    return { rate, median, slowest };
  }
}
