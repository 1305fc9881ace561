import type { SourceEvent } from '../../contracts/live/Live.js';
import type { ModelView } from '../../contracts/training/TrainingView.js';
import { Chart } from '../charts/Chart.js';
import { hueName } from '../elements/classMark.js';
import { ConnectionBadge } from '../connection/ConnectionBadge.js';
import { element, setText } from '../elements/element.js';
import { ExplainPanel } from '../headlines/ExplainPanel.js';
import { Figures } from '../panels/Figures.js';
import {
  formatCount,
  formatMs,
  formatRate,
  formatShare,
  formatTick,
  formatWidth,
  NOTHING,
} from '../elements/format.js';
import { HeadlineList } from '../headlines/HeadlineList.js';
import { HeadlineRing } from '../headlines/HeadlineRing.js';
import { lineLegend } from '../charts/lineLegend.js';
import { ModelSection } from '../panels/ModelSection.js';
import { describeMix, stackOf } from '../charts/mix.js';
import type { Notice } from '../connection/Notice.js';
import { openEvents } from '../connection/openEvents.js';
import { reconnecting, type ServerSent } from '../connection/reconnecting.js';
import { credentials, getJson } from '../connection/server.js';
import { SourceList } from '../headlines/SourceList.js';
import { className } from '../elements/tables.js';
import { TimeBins } from '../charts/TimeBins.js';

/** A headline with its class, as `GET /events` tells it. */
interface Prediction {
  readonly title: string;
  readonly class: string;
  readonly probabilities: Readonly<Record<string, number>>;
  readonly known: number;
  readonly latencyMs: number;
  readonly source: string;
  readonly link?: string;
  readonly seen: string;
}

/** What every view is given. */
export interface ViewOptions {
  /** Where what is said at once is written: a live region. */
  readonly announcer: HTMLElement;
  readonly notice: Notice;
  /** Where the connection is shown. */
  readonly corner: HTMLElement;
  /** Takes care of a token that is wanted; whether it does. */
  readonly tokenWanted: (error: unknown) => boolean;
}

/** The most headlines that are kept. */
const KEPT = 10_000;

/** How far back the pace of now reaches. Milliseconds. */
const RECENT_MS = 10_000;

/** How often charts and figures are drawn. Milliseconds. */
const DRAW_MS = 1000;

/** The page of a server that classifies. */
export const servingView = (
  main: HTMLElement,
  model: ModelView,
  { announcer, notice, corner, tokenWanted }: ViewOptions,
): void => {
  const { classes } = model;
  const indexOf = new Map(classes.map((name, category) => [name, category]));
  const ring = new HeadlineRing(KEPT);
  const bins = new TimeBins(classes.length);
  const badge = new ConnectionBadge(announcer);
  const figures = new Figures({
    headlines: 'Headlines',
    rate: 'Headlines a second',
    median: 'Median latency',
    slowest: '95th percentile',
    missed: 'Missed',
  });
  const sources = new SourceList();
  const modelSection = new ModelSection();
  const explain = new ExplainPanel(classes, tokenWanted);
  const list = new HeadlineList({
    ring,
    classes,
    chosen: (serial) => {
      const headline = ring.at(serial);
      if (headline !== undefined) explain.explain(headline);
    },
  });
  const empty = element(
    'p',
    { class: 'hint empty' },
    'No headlines yet. Those of the feeds appear here as they come; start the server with --feed to name some.',
  );
  const formatSeconds = (seconds: number, span: number): string => formatTick(seconds * 1000, span * 1000);

  const mix = new Chart({
    title: 'Class mix',
    subtitle: 'Share of each class over time',
    xLabel: 'Time',
    wholeX: true,
    formatX: formatSeconds,
    formatY: formatShare,
    range: () => [0, 1],
    series: classes.map((label, category) => ({ label, hue: hueName(category), look: 'bars' as const })).reverse(),
    legend: element(
      'ul',
      { class: 'legend' },
      ...classes.map((name, category) => element('li', {}, className(name, category))),
    ),
  });
  const throughput = new Chart({
    title: 'Throughput',
    subtitle: 'Headlines a second',
    xLabel: 'Time',
    wholeX: true,
    formatX: formatSeconds,
    formatY: formatRate,
    series: [{ label: 'Headlines a second', hue: '--accent', look: 'bars' }],
  });
  const latency = new Chart({
    title: 'Latency',
    subtitle: 'From seen to classified',
    xLabel: 'Time',
    wholeX: true,
    formatX: formatSeconds,
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

  let missed = 0;
  let changed = true;
  let asked = false;

  const drawList = (): void => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      empty.hidden = ring.size > 0;
      list.draw();
    });
  };

  const drawCharts = (): void => {
    // A rate falls when nothing comes; but without a headline there is nothing to draw, and nobody sees what is drawn
    // in a hidden tab.
    if (document.hidden || (ring.end === 0 && !changed)) return;
    changed = false;
    const columns = bins.columns(Date.now());
    const each = `Each bar is ${formatWidth(bins.widthMs)}.`;
    const barWidth = bins.widthMs / 1000;
    const { edges, shares } = stackOf(columns);
    const busiest = Math.max(0, ...columns.rates);
    const now = bins.recentRate(Date.now(), RECENT_MS);
    const median = columns.median.findLast((value) => value !== null);
    const slowest = columns.slowest.findLast((value) => value !== null);
    mix.show({ x: columns.times, y: edges, told: shares, barWidth, summary: describeMix(classes, columns) });
    throughput.show({
      x: columns.times,
      y: [columns.rates],
      barWidth,
      summary: `${formatRate(now)} a second now, ${formatRate(busiest)} at most. ${each}`,
    });
    latency.show({
      x: columns.times,
      y: [columns.median, columns.slowest],
      summary:
        median === undefined || slowest === undefined
          ? 'No headlines yet.'
          : `Half of the last headlines took at most ${formatMs(median)}, and 95% at most ${formatMs(slowest)}.`,
    });
    figures.show('headlines', formatCount(ring.end));
    figures.show('rate', formatRate(now));
    figures.show('median', median === undefined ? NOTHING : formatMs(median));
    figures.show('slowest', slowest === undefined ? NOTHING : formatMs(slowest));
    figures.show('missed', formatCount(missed));
  };

  const heardPrediction = (data: string): void => {
    const { title, class: name, probabilities, known, latencyMs, source, link, seen } = JSON.parse(data) as Prediction;
    const category = indexOf.get(name) ?? -1;
    const time = Date.parse(seen);
    ring.push({
      title,
      category: Math.max(0, category),
      probability: probabilities[name] ?? 0,
      seen: time,
      unread: known === 0,
      source,
      link,
    });
    bins.add(time, category, latencyMs);
    badge.heardHeadline(time + latencyMs);
    changed = true;
    drawList();
  };

  const heardMissed = (data: string): void => {
    const { events } = JSON.parse(data) as { readonly events: number | null };
    missed += events ?? 0;
    changed = true;
    const text =
      events === null
        ? 'The server was started anew. What was missed meanwhile is not known.'
        : `${formatCount(events)} events were missed: the page was away, or too slow.`;
    notice.show(text);
  };

  const heard = ({ name, data }: ServerSent): void => {
    if (name === 'prediction') heardPrediction(data);
    else if (name === 'source') sources.heard(JSON.parse(data) as SourceEvent);
    else if (name === 'missed') heardMissed(data);
  };

  /** After a loss another server may be there. */
  const lookAgain = (): void => {
    getJson<ModelView>('model').then(
      (present) => {
        if (present.classes.join('\n') === classes.join('\n')) modelSection.show(present);
        else location.reload();
      },
      (error: unknown) => {
        if (!tokenWanted(error)) setText(announcer, 'The model in use is not known.');
      },
    );
  };

  let opened = 0;
  reconnecting({
    open: (lastEventId) => openEvents(`events?last=${KEPT}`, credentials(), lastEventId),
    random: Math.random,
  }).subscribe({
    next: (news) => {
      badge.heard(news);
      if (news.type === 'event') heard(news);
      if (news.type === 'opened' && opened++ > 0) lookAgain();
    },
    error: tokenWanted,
  });

  corner.replaceChildren(element('span', { class: 'chip' }, model.name), badge.node);
  modelSection.show(model);
  main.replaceChildren(
    figures.node,
    element(
      'div',
      { class: 'split' },
      element(
        'section',
        { class: 'card stream', 'aria-labelledby': 'stream-heading' },
        element('h2', { id: 'stream-heading' }, 'Headlines'),
        empty,
        list.node,
      ),
      explain.node,
    ),
    element(
      'section',
      { class: 'block', 'aria-labelledby': 'traffic-heading' },
      element('h2', { id: 'traffic-heading' }, 'Traffic'),
      element('div', { class: 'grid three' }, mix.node, throughput.node, latency.node),
      sources.node,
    ),
    modelSection.node,
  );
  drawCharts();
  setInterval(drawCharts, DRAW_MS);
};
