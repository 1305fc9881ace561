import { element, setText } from '../../../src/page/elements/element.js';
import { svg } from '../../../src/page/elements/svg.js';
import { hueOf } from '../../marbles/hueOf.js';
import type { Notified, Stage } from '../protocol.js';
import { letterOf } from './letterOf.js';
import { type Place, placeMarbles, ticksOf } from './placeMarbles.js';

const ROW = 44;
const RADIUS = 11;
const WIDTH = 760;
const MARGIN = 16;

const xAt = (share: number): number => MARGIN + share * (WIDTH - 2 * MARGIN);

/** Draws what really went through the stages of a program: each value where it came. */
export class MarbleView {
  readonly node = element('div', { class: 'happened' });
  readonly #axis = element('p', { class: 'note' });
  readonly #rows = element('div', { class: 'happened-rows', tabindex: '0', role: 'region', 'aria-label': 'Marbles' });
  #stages: readonly Stage[] = [];
  #notified: Notified[] = [];
  #left = 0;
  #waiting = false;

  constructor() {
    this.node.append(this.#rows, this.#axis);
  }

  setStages(stages: readonly Stage[]): void {
    this.#stages = stages;
    this.#draw();
  }

  add(notified: readonly Notified[], left: number): void {
    this.#notified.push(...notified);
    this.#left += left;
    if (this.#waiting) return;
    this.#waiting = true;
    requestAnimationFrame(() => {
      this.#waiting = false;
      this.#draw();
    });
  }

  #draw(): void {
    const { rows, inOrder, milliseconds } = placeMarbles(this.#notified);
    this.#rows.replaceChildren(
      ...this.#stages.flatMap((stage) => {
        const own = rows.get(stage.stage);
        return own === undefined ? [] : [this.#row(stage, own)];
      }),
      ...(inOrder ? [] : [this.#scale(milliseconds)]),
    );
    const axis = inOrder
      ? `The axis is the order of arrival: all came within ${Math.max(milliseconds, 0.1).toFixed(1)} ms.`
      : `The axis is time: ${milliseconds.toFixed(0)} ms from the first to the last value.`;
    const left = this.#left === 0 ? '' : ` ${this.#left.toLocaleString('en-GB')} further values are not drawn.`;
    setText(this.#axis, rows.size === 0 ? 'Nothing has gone through a pipe() yet.' : axis + left);
  }

  #row(stage: Stage, own: readonly Place[]): HTMLElement {
    const y = ROW / 2;
    const height = ROW + 2 * RADIUS * Math.max(...own.map(({ below }) => below));
    // The first one is drawn last, so that it is seen whole.
    const marks = own.toReversed().map(({ notified: { kind, text, time }, x: share, below, more }) => {
      const x = xAt(share);
      const title = svg('title', {}, `${kind === 'complete' ? 'complete' : text} at ${time.toFixed(1)} ms`);
      if (kind === 'complete') return svg('path', { class: 'stroke', d: `M${x} ${y - 14}V${y + 14}` }, title);
      if (kind === 'error')
        return svg(
          'path',
          { class: 'stroke failed', d: `M${x - 8} ${y - 8}L${x + 8} ${y + 8}M${x + 8} ${y - 8}L${x - 8} ${y + 8}` },
          title,
        );
      const centre = y + 2 * RADIUS * below;
      if (more > 0) return svg('text', { class: 'letter', x, y: centre + 4 }, `+${more + 1}`);
      return svg(
        'g',
        {},
        title,
        svg('circle', { class: `marble hue-${hueOf(text)}`, cx: x, cy: centre, r: RADIUS }),
        svg('text', { class: 'letter', x, y: centre + 4 }, letterOf(text)),
      );
    });
    const values = own.reduce((sum, { notified: { kind }, more }) => sum + (kind === 'next' ? 1 + more : 0), 0);
    return element(
      'div',
      { class: 'happened-row' },
      element('code', {}, stage.label),
      svg(
        'svg',
        {
          class: 'marble-diagram',
          viewBox: `0 0 ${WIDTH} ${height}`,
          role: 'img',
          'aria-label': `${stage.label}: ${values} values: ${own
            .slice(0, 20)
            .map(({ notified: { text, kind } }) => (kind === 'next' ? text : `${kind} ${text}`.trim()))
            .join('; ')}`,
        },
        svg('path', { class: 'stroke axis', d: `M0 ${y}H${WIDTH}` }),
        ...marks,
      ),
    );
  }

  /** The times below the rows, from the first value on. The last label would have no room at the end. */
  #scale(milliseconds: number): HTMLElement {
    const marks = ticksOf(milliseconds).flatMap((time) => {
      const x = xAt(time / milliseconds);
      const label = svg('text', { class: 'letter', x, y: 18 }, `${time} ms`);
      return [svg('path', { class: 'stroke', d: `M${x} 0V6` }), ...(x > WIDTH - 2 * MARGIN ? [] : [label])];
    });
    const scale = svg('svg', { class: 'marble-diagram', viewBox: `0 0 ${WIDTH} 24` }, ...marks);
    return element('div', { class: 'happened-scale', 'aria-hidden': 'true' }, scale);
  }
}
