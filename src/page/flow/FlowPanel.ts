import { excerpt } from '../../contracts/messages/excerpt.js';
import type { FlowSnapshot, FlowStage } from '../../contracts/flow/FlowSnapshot.js';
import { element, setAttributes, setText } from '../elements/element.js';
import { formatCount, formatMs, formatRate, formatShare } from '../elements/format.js';
import { edgeRate } from './edgeRate.js';
import { BOX, type FlowLayout, layoutFlow, type Point, shapeOf } from './layoutFlow.js';
import { svg } from '../elements/svg.js';

/** The maximum number of snapshots: three minutes, at one snapshot a second. */
const KEPT = 180;

/** The least size of the picture in its frame. */
const LEAST_SCALE = 0.8;

const PADDING = 10;
const INNER = BOX.width - 2 * PADDING;

/** The elements of a stage. */
interface StageNode {
  readonly group: SVGGElement;
  readonly busy: SVGRectElement;
  readonly busyText: SVGTextElement;
  readonly held: SVGRectElement;
  readonly heldText: SVGTextElement;
  readonly trouble: SVGTextElement;
  readonly title: SVGTitleElement;
  readonly course: SVGPolylineElement;
}

const bar = (y: number, kind: string): { readonly back: SVGRectElement; readonly full: SVGRectElement } => ({
  back: svg('rect', { class: 'flow-bar', x: PADDING, y, width: INNER, height: 5, rx: 2 }),
  full: svg('rect', { class: kind, x: PADDING, y, width: 0, height: 5, rx: 2 }),
});

const stageNode = (name: string, { x, y }: Point): StageNode => {
  const busyText = svg('text', { class: 'flow-small flow-number', x: PADDING, y: 37 });
  const heldText = svg('text', { class: 'flow-small', x: PADDING, y: 60 });
  const trouble = svg('text', { class: 'flow-small flow-trouble', x: PADDING, y: 83 });
  const title = svg('title');
  const busy = bar(42, 'flow-busy');
  const held = bar(65, 'flow-held');
  const course = svg('polyline', { class: 'flow-course', points: '' });
  const group = svg(
    'g',
    { class: 'flow-stage', transform: `translate(${x - BOX.width / 2} ${y - BOX.height / 2})` },
    title,
    svg('rect', { class: 'flow-box', width: BOX.width, height: BOX.height, rx: 8 }),
    svg('text', { class: 'flow-name', x: PADDING, y: 20 }, excerpt(name, 18)),
    busyText,
    busy.back,
    busy.full,
    heldText,
    held.back,
    held.full,
    trouble,
    course,
  );
  return { group, busy: busy.full, busyText, held: held.full, heldText, trouble, title, course };
};

const pathOf = (points: readonly Point[]): string =>
  points.map(({ x, y }, at) => `${at === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join(' ');

/** The width of an edge in pixels: it grows by 1.5 for each factor of 10 in the rate. */
const widthOf = (rate: number): number => 1 + Math.max(0, Math.log10(1 + rate)) * 1.5;

/** The fullest buffer of a stage, relative to its limit. */
const fullest = ({ holdings }: FlowStage): { readonly share: number; readonly text: string } => {
  let most = { share: 0, text: '' };
  for (const { operator, held, bound, highWaterMark } of holdings) {
    const limit = highWaterMark ?? bound;
    const share = limit === null ? 0 : Math.min(1, held / Math.max(1, limit));
    const text = `${operator} ${formatCount(held)}${limit === null ? '' : ` of ${formatCount(limit)}`}`;
    if (most.text === '' || share > most.share) most = { share, text };
  }
  return most;
};

/** The rejected rows of a stage, and its subscriptions that ended in an error. */
const troubleOf = ({ rejected, errors }: FlowStage): string =>
  [
    ...(rejected === 0 ? [] : [`${formatCount(rejected)} rejected`]),
    ...(errors === 0 ? [] : [`${formatCount(errors)} ${errors === 1 ? 'error' : 'errors'}`]),
  ].join(', ');

/** Describes the flow in words. */
export const describeFlow = ({ idle, bottleneck, valves }: FlowSnapshot): string => {
  const held = valves
    .filter(({ share }) => share > 0.005)
    .map(({ holder, share }) => `${holder} ${formatShare(share)}`);
  const worked = `worked ${formatShare(1 - idle)} of the last second`;
  return [
    bottleneck === undefined
      ? `The pipeline ${worked}, and waited for its input else.`
      : idle <= 0.5
        ? `The bottleneck is ${bottleneck}: all stages together ${worked}.`
        : `The bottleneck is ${bottleneck}, which waits for a disk, a network or another thread: ` +
          `all stages together ${worked}.`,
    ...(held.length === 0 ? [] : [`The valve was held by ${held.join(', ')} of the time.`]),
  ].join(' ');
};

const tableOf = ({ stages }: FlowSnapshot): HTMLElement =>
  element(
    'table',
    {},
    element('caption', { class: 'hidden' }, 'The stages of the pipeline'),
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        ...['Stage', 'Values a second', 'Working', 'Latency', 'Holds', 'Rejected', 'Errors'].map((name) =>
          element('th', { scope: 'col' }, name),
        ),
      ),
    ),
    element(
      'tbody',
      {},
      ...stages.map((stage) =>
        element(
          'tr',
          {},
          element('th', { scope: 'row' }, stage.name),
          ...[
            formatRate(stage.rate),
            formatShare(stage.busy),
            formatMs(stage.latencyMs),
            fullest(stage).text,
            formatCount(stage.rejected),
            formatCount(stage.errors),
          ].map((text) => element('td', {}, text)),
        ),
      ),
    ),
  );

/**
 * The flow of a pipeline as a graph. Stages are arranged from left to right, the width of an edge shows its rate, the
 * bottleneck is marked, bars show the buffers, and lines show the rates of the last minutes.
 */
export class FlowPanel {
  readonly node: HTMLElement;
  readonly #picture = svg('svg', { class: 'flow', role: 'img' });
  readonly #summary = element('p', { class: 'hint', id: 'flow-summary' });
  readonly #table = element('div', { class: 'table-frame', tabindex: 0, role: 'region', 'aria-label': 'The stages' });
  readonly #details: HTMLDetailsElement;
  #past: FlowSnapshot[] = [];
  #shape = '';
  #stages = new Map<string, StageNode>();
  #edges: { readonly from: string; readonly to: string; readonly path: SVGPathElement }[] = [];

  constructor() {
    this.#picture.setAttribute('aria-labelledby', 'flow-summary');
    this.#details = element(
      'details',
      { class: 'values-details' },
      element('summary', {}, 'Values as a table'),
      this.#table,
    );
    this.#details.addEventListener('toggle', () => this.#fillTable());
    this.node = element(
      'section',
      { class: 'block', 'aria-labelledby': 'flow-heading', hidden: true },
      element('h2', { id: 'flow-heading' }, 'Flow'),
      element(
        'div',
        { class: 'card' },
        this.#summary,
        element(
          'div',
          { class: 'flow-frame', tabindex: 0, role: 'region', 'aria-label': 'The pipeline as a graph' },
          this.#picture,
        ),
        this.#details,
      ),
    );
  }

  show(snapshot: FlowSnapshot): void {
    if (snapshot.stages.length === 0) return;
    const before = this.#past.at(-1);
    this.#past = [...this.#past, snapshot].slice(-KEPT);
    this.node.hidden = false;
    const shape = shapeOf(snapshot);
    if (shape !== this.#shape) {
      this.#shape = shape;
      this.#draw(layoutFlow(snapshot));
    }
    for (const stage of snapshot.stages) this.#showStage(stage, snapshot.bottleneck === stage.name);
    for (const { from, to, path } of this.#edges) {
      const edge = snapshot.edges.find((one) => one.from === from && one.to === to);
      path.style.strokeWidth = String(widthOf(edge === undefined ? 0 : edgeRate(edge, snapshot, before)));
    }
    setText(this.#summary, describeFlow(snapshot));
    this.#fillTable();
  }

  #fillTable(): void {
    const last = this.#past.at(-1);
    if (this.#details.open && last !== undefined) this.#table.replaceChildren(tableOf(last));
  }

  #draw({ width, height, stages, edges }: FlowLayout): void {
    setAttributes(this.#picture, { viewBox: `0 0 ${width} ${height}`, width, height });
    // A long pipeline is scrolled. Its texts would become too small to read.
    this.#picture.style.minWidth = `${LEAST_SCALE * width}px`;
    this.#stages = new Map([...stages].map(([name, at]) => [name, stageNode(name, at)]));
    this.#edges = edges.map(({ from, to, points }) => ({
      from,
      to,
      path: svg('path', { class: 'flow-edge', d: pathOf(points) }),
    }));
    this.#picture.replaceChildren(
      ...this.#edges.map(({ path }) => path),
      ...[...this.#stages.values()].map(({ group }) => group),
    );
  }

  #showStage(stage: FlowStage, isSlowest: boolean): void {
    const node = this.#stages.get(stage.name);
    if (node === undefined) return;
    const { share, text } = fullest(stage);
    node.group.classList.toggle('flow-slowest', isSlowest);
    const work = `${isSlowest ? 'bottleneck' : 'working'} ${formatShare(stage.busy)}`;
    setText(node.busyText, `${formatRate(stage.rate)}/s, ${work}`);
    setAttributes(node.busy, { width: INNER * stage.busy });
    const trouble = troubleOf(stage);
    setText(node.heldText, excerpt(text, 22));
    setText(node.trouble, excerpt(trouble, 24));
    setText(node.title, [stage.name, text, trouble].filter((part) => part !== '').join(': '));
    setAttributes(node.held, { width: INNER * share });
    const rates = this.#past.map(({ stages }) => stages.find(({ name }) => name === stage.name)?.rate ?? 0);
    const most = Math.max(1e-9, ...rates);
    const points = rates.map((rate, at) => {
      const x = PADDING + (INNER * (KEPT - rates.length + at)) / (KEPT - 1);
      return `${x.toFixed(1)},${(BOX.height - 4 - (14 * rate) / most).toFixed(1)}`;
    });
    setAttributes(node.course, { points: points.join(' ') });
  }
}
