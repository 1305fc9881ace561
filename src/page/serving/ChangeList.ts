import { element } from '../elements/element.js';
import { formatShare, formatTime } from '../elements/format.js';

/** A mean of the model's work has changed, as the event `drift` tells it. */
export interface Drift {
  readonly of: 'errors' | 'confidence' | 'class-mix';
  /** The class whose share has changed. */
  readonly class?: string;
  readonly before: number;
  readonly after: number;
  /** When, in milliseconds since 1970. */
  readonly at: number;
}

/** Another model came in use, as the event `model` tells it. */
export interface ModelChanged {
  readonly model: string;
  readonly before: string;
  readonly at: number;
}

/** The most changes that are listed. */
const MOST = 50;

/** How old a change may be that is told at once: whoever opens the page later finds it in the list. Milliseconds. */
const FRESH_MS = 30_000;

const subjectOf = ({ of, class: name = '' }: Drift): string => {
  switch (of) {
    case 'errors':
      return 'The share of wrong classes';
    case 'confidence':
      return 'The mean confidence';
    case 'class-mix':
      return `The share of ${name}`;
  }
};

/** What has changed of the model and of its work, the last first: drift, and other models in use. */
export class ChangeList {
  readonly node: HTMLElement;
  readonly #list = element('ul', { class: 'sources' });
  readonly #told: (text: string) => void;
  #times: readonly number[] = [];

  /** @param told is told of what has just happened */
  constructor(told: (text: string) => void) {
    this.#told = told;
    this.node = element(
      'section',
      { class: 'card', 'aria-label': 'Changes', hidden: true },
      element('h3', {}, 'Changes'),
      element('p', { class: 'subtitle' }, 'Drift, and other models in use; a dashed line in the charts'),
      this.#list,
    );
  }

  /** When something has changed, in milliseconds since 1970. */
  get times(): readonly number[] {
    return this.#times;
  }

  /** A mean has changed. */
  heardDrift(drift: Drift): void {
    const { before, after, at } = drift;
    this.#add(`${subjectOf(drift)} has changed from ${formatShare(before)} to ${formatShare(after)}.`, at);
  }

  /** Another model came in use. */
  heardModel({ model, before, at }: ModelChanged): void {
    this.#add(`The model ${model} is in use; before it was ${before}.`, at);
  }

  #add(text: string, at: number): void {
    this.#times = [...this.#times, at].slice(-MOST);
    this.node.hidden = false;
    this.#list.prepend(
      element(
        'li',
        {},
        element('span', { class: 'source-name' }, text),
        element('span', { class: 'source-state' }, formatTime(at)),
      ),
    );
    while (this.#list.childElementCount > MOST) this.#list.lastElementChild?.remove();
    if (Date.now() - at < FRESH_MS) this.#told(text);
  }
}
