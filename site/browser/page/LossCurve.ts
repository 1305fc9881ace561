import { element } from '../../../src/page/elements/element.js';
import { svg } from '../../../src/page/elements/svg.js';

const [WIDTH, HEIGHT, LEFT, BOTTOM] = [640, 200, 44, 24];
/** The most points that are drawn: of more, each is the mean of several. */
const MOST_POINTS = 400;

/** The curve of a loss, step by step. */
export class LossCurve {
  readonly node = element('figure', { class: 'loss-curve', hidden: true });
  #losses: number[] = [];

  add(points: readonly number[]): void {
    this.#losses.push(...points);
    this.#draw();
  }

  #draw(): void {
    const every = Math.max(1, Math.ceil(this.#losses.length / MOST_POINTS));
    const means = Array.from({ length: Math.floor(this.#losses.length / every) }, (_, at) => {
      const some = this.#losses.slice(at * every, (at + 1) * every);
      return some.reduce((sum, loss) => sum + loss, 0) / some.length;
    });
    const most = Math.max(...means, 1e-9);
    const x = (at: number): number => LEFT + (at / Math.max(1, means.length - 1)) * (WIDTH - LEFT - 8);
    const y = (loss: number): number => 8 + (1 - loss / most) * (HEIGHT - BOTTOM - 8);
    const line = means.map((loss, at) => `${x(at).toFixed(1)},${y(loss).toFixed(1)}`).join(' ');
    const last = means.at(-1) ?? 0;
    const picture = svg(
      'svg',
      {
        viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
        role: 'img',
        class: 'curve',
        'aria-label':
          `Training loss after ${this.#losses.length} steps: ` +
          `from ${(means[0] ?? 0).toFixed(3)} to ${last.toFixed(3)}`,
      },
      svg('path', { class: 'frame', d: `M${LEFT} 8V${HEIGHT - BOTTOM}H${WIDTH - 8}` }),
      svg('text', { x: LEFT - 6, y: 14, class: 'end' }, most.toFixed(2)),
      svg('text', { x: LEFT - 6, y: HEIGHT - BOTTOM, class: 'end' }, '0'),
      svg('text', { x: WIDTH - 8, y: HEIGHT - 6, class: 'end' }, `${this.#losses.length} steps`),
      svg('polyline', { class: 'line', points: line }),
    );
    this.node.hidden = false;
    this.node.replaceChildren(picture, element('figcaption', {}, `Training loss: ${last.toFixed(3)}`));
  }
}
