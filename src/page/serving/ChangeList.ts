import { element } from '../elements/element.js';
import { formatShare, formatTime } from '../elements/format.js';

/** A detected drift, as in the event `drift`. */
export interface Drift {
  readonly of: 'errors' | 'confidence' | 'class-mix';
  /** The class whose share has changed. */
  readonly class?: string;
  readonly before: number;
  readonly after: number;
  /** The time, in milliseconds since 1970. */
  readonly at: number;
}

/** Another model is in use, or another candidate is beside it, as in the event `model`. */
export interface ModelChanged {
  readonly type: 'reloaded' | 'promoted' | 'rolled-back' | 'candidate';
  readonly model: string;
  /** Null for the first candidate. */
  readonly before: string | null;
  readonly at: number;
}

/** What a model has learnt was compared with the model before, as in the event `trial`. */
export interface TrialEnded {
  readonly type: 'confirmed' | 'rolled-back';
  /** The number of labels that both were measured on. */
  readonly rows: number;
  readonly accuracy: number;
  readonly accuracyBefore: number;
  readonly at: number;
}

/** The maximum number of listed changes. */
const MOST = 50;

/**
 * The maximum age of a change that is announced. A page that is opened later shows it only in the list. Milliseconds.
 */
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

/** The changes of the model and its measurements, the last first: drift, and other models in use. */
export class ChangeList {
  readonly node: HTMLElement;
  readonly #list = element('ul', { class: 'sources' });
  readonly #told: (text: string) => void;
  #times: readonly number[] = [];

  /** @param told called with the text of a new change */
  constructor(told: (text: string) => void) {
    this.#told = told;
    this.node = element(
      'section',
      { class: 'card', 'aria-label': 'Changes', hidden: true },
      element('h3', {}, 'Changes'),
      element(
        'p',
        { class: 'subtitle' },
        'Drift, other models in use, and models that were set back; a dashed line in the charts',
      ),
      this.#list,
    );
  }

  /** The times of the changes, in milliseconds since 1970. */
  get times(): readonly number[] {
    return this.#times;
  }

  heardDrift(drift: Drift): void {
    const { before, after, at } = drift;
    this.#add(`${subjectOf(drift)} has changed from ${formatShare(before)} to ${formatShare(after)}.`, at);
  }

  heardModel({ type, model, before, at }: ModelChanged): void {
    const what = type === 'candidate' ? 'the candidate' : 'in use';
    this.#add(`The model ${model} is ${what}${before === null ? '' : `; before it was ${before}`}.`, at);
  }

  /** Adds a trial that the model has failed. The others change nothing. */
  heardTrial({ type, rows, accuracy, accuracyBefore, at }: TrialEnded): void {
    if (type === 'confirmed') return;
    this.#add(
      `The model was set back: it got ${formatShare(accuracy)} of the last ${rows} labels right, and ` +
        `${formatShare(accuracyBefore)} without what it had learnt.`,
      at,
    );
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
