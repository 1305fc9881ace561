import { element } from '../../../src/page/elements/element.js';

/** The most lines that are kept: older ones go. */
const MOST_LINES = 500;

/** What a program prints. */
export class Console {
  readonly node = element('div', { class: 'console', role: 'log', 'aria-label': 'Output', tabindex: '0' });

  write(text: string, level: 'log' | 'error' = 'log'): void {
    this.node.append(element('div', { class: level === 'error' ? 'failed' : '' }, text));
    while (this.node.childElementCount > MOST_LINES) this.node.firstElementChild?.remove();
    this.node.scrollTop = this.node.scrollHeight;
  }
}
