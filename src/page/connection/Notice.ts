import { element, setText } from '../elements/element.js';

/** A notice below the heading until it is dismissed. It is announced to screen readers once. */
export class Notice {
  readonly node: HTMLElement;
  readonly #text = element('p', {});
  readonly #announcer: HTMLElement;

  /** @param announcer a live region */
  constructor(announcer: HTMLElement) {
    this.#announcer = announcer;
    const away = element('button', { type: 'button' }, 'Put away');
    this.node = element('section', { class: 'notice', 'aria-label': 'Notice', hidden: true }, this.#text, away);
    away.addEventListener('click', () => {
      this.node.hidden = true;
    });
  }

  /** Hides a notice if it is still shown, because it is not true any more. */
  hide(text: string): void {
    if (this.#text.textContent === text) this.node.hidden = true;
  }

  /** Shows a notice in place of the previous one. */
  show(text: string): void {
    setText(this.#text, text);
    setText(this.#announcer, text);
    this.node.hidden = false;
  }
}
