import { element, setText } from '../elements/element.js';

/** One thing that is to be known, until it is put away: below the heading, and read out once. */
export class Notice {
  readonly node: HTMLElement;
  readonly #text = element('p', {});
  readonly #announcer: HTMLElement;

  /** @param announcer a live region */
  constructor(announcer: HTMLElement) {
    this.#announcer = announcer;
    const away = element('button', { type: 'button' }, 'Put away');
    this.node = element('div', { class: 'notice', hidden: true }, this.#text, away);
    away.addEventListener('click', () => {
      this.node.hidden = true;
    });
  }

  /** Shows it, instead of the one before. */
  show(text: string): void {
    setText(this.#text, text);
    setText(this.#announcer, text);
    this.node.hidden = false;
  }
}
