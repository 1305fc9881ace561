import { element, setText } from '../../../src/page/elements/element.js';
import { svg } from '../../../src/page/elements/svg.js';
import { hueOf } from '../../marbles/hueOf.js';
import type { Notified, Stage } from '../protocol.js';

const ROW = 44;
const RADIUS = 11;
const WIDTH = 760;
const MARGIN = 16;
/** A program that is over in so many milliseconds is drawn in the order in which its values came. */
const SHORT_MS = 5;

/** What stands in a marble: the type of an event, or the first word of any other value. */
const letterOf = (text: string): string =>
  (/^\{ type: '([\w-]+)/.exec(text)?.[1] ?? /[\p{L}\p{N}.]+/u.exec(text)?.[0] ?? '·').slice(0, 3);

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
    const all = this.#notified.toSorted((a, b) => a.time - b.time);
    const until = all.at(-1)?.time ?? 0;
    const from = all[0]?.time ?? 0;
    const inOrder = until - from < SHORT_MS;
    const place = new Map(
      all.map((one, at) => [
        one,
        inOrder ? (at + 0.5) / all.length : until === from ? 0 : (one.time - from) / (until - from),
      ]),
    );
    this.#rows.replaceChildren(
      ...this.#stages.flatMap((stage) => {
        const own = all.filter((one) => one.stage === stage.stage);
        return own.length === 0 ? [] : [this.#row(stage, own, place)];
      }),
    );
    const axis = inOrder
      ? `The axis is the order of arrival: all came within ${Math.max(until - from, 0.1).toFixed(1)} ms.`
      : `The axis is time: ${(until - from).toFixed(0)} ms from the first to the last value.`;
    const left = this.#left === 0 ? '' : ` ${this.#left} further values are not drawn.`;
    setText(this.#axis, all.length === 0 ? 'Nothing has gone through a pipe() yet.' : axis + left);
  }

  #row(stage: Stage, own: readonly Notified[], place: ReadonlyMap<Notified, number>): HTMLElement {
    const y = ROW / 2;
    const marks = own.toReversed().map((one) => {
      const x = MARGIN + (place.get(one) ?? 0) * (WIDTH - 2 * MARGIN);
      if (one.kind === 'complete') return svg('path', { class: 'stroke', d: `M${x} ${y - 14}V${y + 14}` });
      if (one.kind === 'error')
        return svg('path', {
          class: 'stroke failed',
          d: `M${x - 8} ${y - 8}L${x + 8} ${y + 8}M${x + 8} ${y - 8}L${x - 8} ${y + 8}`,
        });
      return svg(
        'g',
        {},
        svg('title', {}, `${one.text} at ${one.time.toFixed(1)} ms`),
        svg('circle', { class: `marble hue-${hueOf(one.text)}`, cx: x, cy: y, r: RADIUS }),
        svg('text', { class: 'letter', x, y: y + 4 }, letterOf(one.text)),
      );
    });
    const values = own.filter(({ kind }) => kind === 'next').length;
    return element(
      'div',
      { class: 'happened-row' },
      element('code', {}, stage.label),
      svg(
        'svg',
        {
          class: 'marble-diagram',
          viewBox: `0 0 ${WIDTH} ${ROW}`,
          role: 'img',
          'aria-label': `${stage.label}: ${values} values: ${own
            .slice(0, 20)
            .map(({ text, kind }) => (kind === 'next' ? text : kind))
            .join('; ')}`,
        },
        svg('path', { class: 'stroke axis', d: `M0 ${y}H${WIDTH}` }),
        ...marks,
      ),
    );
  }
}
