import { element, setAttributes } from '../elements/element.js';
import { className } from '../elements/tables.js';
import type { LabelBook, Labelled } from './LabelBook.js';

/** The options of the control. */
export interface RightClassOptions {
  /** In the order of the label encoder. */
  readonly classes: readonly string[];
  readonly labels: LabelBook;
}

/** The maximum number of classes with buttons. With more, the class is selected from a list. */
const BUTTONS = 9;

/** Assigns the right class to the explained headline: a button for each class, or a list if there are many. */
export class RightClass {
  readonly node: HTMLElement;
  readonly #labels: LabelBook;
  readonly #choices: readonly HTMLElement[];
  #headline: Labelled | undefined;

  constructor({ classes, labels }: RightClassOptions) {
    this.#labels = labels;
    const give = (category: number): void => {
      if (this.#headline !== undefined) labels.give(this.#headline, category);
    };
    this.#choices =
      classes.length > BUTTONS
        ? [this.#list(classes, give)]
        : classes.map((name, category) => {
            const button = element(
              'button',
              { type: 'button', class: 'quiet', 'aria-pressed': 'false' },
              className(name, category),
            );
            button.addEventListener('click', () => give(category));
            return button;
          });
    this.node = element(
      'div',
      { class: 'right-class', role: 'group', 'aria-label': 'Right class', hidden: true },
      element('span', {}, 'Right class'),
      ...this.#choices,
    );
  }

  /** Switches to another headline. */
  show(headline: Labelled): void {
    this.#headline = headline;
    this.node.hidden = false;
    this.#press(this.#labels.of(headline));
  }

  /** Shows that a headline was labelled, if it is this one. */
  labelled(isIt: (headline: Labelled) => boolean): void {
    if (this.#headline !== undefined && isIt(this.#headline)) this.#press(this.#labels.of(this.#headline));
  }

  #list(classes: readonly string[], give: (category: number) => void): HTMLSelectElement {
    const list = element(
      'select',
      { 'aria-label': 'Right class' },
      element('option', { value: '' }, 'Choose…'),
      ...classes.map((name, category) => element('option', { value: String(category) }, name)),
    );
    list.addEventListener('change', () => {
      if (list.value !== '') give(Number(list.value));
    });
    return list;
  }

  #press(label: number | undefined): void {
    const [only] = this.#choices;
    if (only instanceof HTMLSelectElement) only.value = label === undefined ? '' : String(label);
    else
      this.#choices.forEach((button, category) =>
        setAttributes(button, { 'aria-pressed': String(category === label) }),
      );
  }
}
