import { element, setText } from '../elements/element.js';
import { NOTHING } from '../elements/format.js';

/** A row of figures with their names, as a description list. */
export class Figures<Name extends string> {
  readonly node = element('dl', { class: 'figures' });
  readonly #values = new Map<Name, HTMLElement>();

  /** @param names the labels of the figures, in their order */
  constructor(names: Readonly<Record<Name, string>>) {
    for (const name of Object.keys(names) as Name[]) {
      const value = element('dd', {}, NOTHING);
      this.#values.set(name, value);
      this.node.append(element('div', { class: 'figure card' }, element('dt', {}, names[name]), value));
    }
  }

  /**
   * Shows a figure.
   *
   * @param note a note in smaller letters after it
   */
  show(name: Name, text: string, note?: string): void {
    const value = this.#values.get(name);
    if (value === undefined) return;
    if (note === undefined) setText(value, text);
    else if (value.textContent !== `${text} ${note}`) value.replaceChildren(`${text} `, element('small', {}, note));
  }
}
