import { element, setText } from '../../../src/page/elements/element.js';
import type { Line } from '../protocol.js';

/** The most lines that are kept: older ones go. */
const MOST_LINES = 500;

/** What a program prints. It is drawn once for each frame, however much comes. */
export class Console {
  readonly node = element('div', { class: 'console', role: 'log', 'aria-label': 'Output', tabindex: '0' });
  readonly #note = element('div', { class: 'note', hidden: true });
  #coming: Line[] = [];
  /** How many lines are not kept any more. */
  #gone = 0;
  #isDrawing = false;

  constructor() {
    this.node.append(this.#note);
  }

  /** @param left how many lines before these were left out */
  write(lines: readonly Line[], left = 0): void {
    const all = [...this.#coming, ...lines];
    this.#coming = all.slice(-MOST_LINES);
    this.#gone += left + all.length - this.#coming.length;
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    requestAnimationFrame(() => this.#draw());
  }

  /** The program has ended: draws the rest, or says that there was nothing. */
  end(): void {
    this.#draw();
    if (this.node.childElementCount > 1) return;
    setText(this.#note, 'The program printed nothing.');
    this.#note.hidden = false;
  }

  /** Draws what has come since the last frame. */
  #draw(): void {
    this.#isDrawing = false;
    if (this.#coming.length === 0) return;
    this.node.append(
      ...this.#coming.map(({ level, text }) => element('div', { class: level === 'error' ? 'failed' : '' }, text)),
    );
    this.#coming = [];
    while (this.node.childElementCount > MOST_LINES + 1) {
      this.#note.nextElementSibling?.remove();
      this.#gone += 1;
    }
    this.#note.hidden = this.#gone === 0;
    setText(this.#note, `${this.#gone.toLocaleString('en-GB')} earlier lines are not shown.`);
    this.node.scrollTop = this.node.scrollHeight;
  }
}
