import { element, setAttributes, setText } from '../elements/element.js';
import { ALL, type HeadlineFilter } from './headlineFilter.js';

/** The choices of the reader, and the callbacks. */
export interface FilterBarOptions {
  readonly classes: readonly string[];
  readonly changed: (filter: HeadlineFilter) => void;
  readonly paused: (paused: boolean) => void;
  readonly exported: (format: 'csv' | 'jsonl') => void;
}

type Choices = readonly (readonly [value: string, label: string])[];

const BETWEEN = 'between';

const TIMES: Choices = [
  ['0', 'Any time'],
  ['5', 'Last 5 minutes'],
  ['60', 'Last hour'],
  ['1440', 'Last day'],
  [BETWEEN, 'Between…'],
];

const CONFIDENCES: Choices = [
  ['0-100', 'Any confidence'],
  ['0-50', 'Below 50 %'],
  ['0-80', 'Below 80 %'],
  ['80-100', '80 % and more'],
  ['95-100', '95 % and more'],
];

const ORDERS: Choices = [
  ['newest', 'Newest first'],
  ['unsure', 'Least sure first'],
];

/** The maximum number of sources in the list of choices. */
const SOURCES = 1000;

const option = ([value, label]: readonly [string, string]): HTMLOptionElement => element('option', { value }, label);

const select = (label: string, choices: Choices): HTMLSelectElement =>
  element('select', { 'aria-label': label }, ...choices.map(option));

/** Adds a value to the choices if it is missing. */
const addChoice = (target: HTMLSelectElement, value: string, label: string): void => {
  if (!Array.from(target.options).some((known) => known.value === value)) target.append(option([value, label]));
};

/** Selects a value, and adds it to the choices if it is missing. */
const choose = (target: HTMLSelectElement, value: string, label: string): void => {
  addChoice(target, value, label);
  target.value = value;
};

/** A time in the format of a local time input. */
const localTime = (ms: number | undefined): string => {
  if (ms === undefined) return '';
  const minutesWest = new Date(ms).getTimezoneOffset();
  return new Date(ms - minutesWest * 60_000).toISOString().slice(0, 16);
};

const timeOf = (local: string): number | undefined => (local === '' ? undefined : new Date(local).getTime());

/** The controls of the list: words, class, source, confidence, time and order, and pause and export. */
export class FilterBar {
  readonly node: HTMLElement;
  readonly #words = element('input', { type: 'search', placeholder: 'Words', 'aria-label': 'Words in the title' });
  readonly #category: HTMLSelectElement;
  readonly #source = select('Source', [['', 'All sources']]);
  readonly #confidence = select('Confidence', CONFIDENCES);
  readonly #time = select('Time', TIMES);
  readonly #from = element('input', { type: 'datetime-local', 'aria-label': 'From' });
  readonly #until = element('input', { type: 'datetime-local', 'aria-label': 'Until' });
  readonly #between = element('span', { class: 'filter-between', hidden: true }, this.#from, 'to', this.#until);
  readonly #order = select('Order', ORDERS);
  readonly #pause = element('button', { type: 'button', 'aria-pressed': 'false' }, 'Pause');
  readonly #reset = element('button', { type: 'button', hidden: true }, 'Show all');
  readonly #told = element('p', { class: 'filter-told' });
  readonly #names = new Map<string, HTMLOptionElement>();
  readonly #options: FilterBarOptions;

  constructor(options: FilterBarOptions) {
    this.#options = options;
    const { classes, changed, exported } = options;
    this.#category = select('Class', [['', 'All classes'], ...classes.map((name) => [name, name] as const)]);
    const tell = (): void => {
      this.#between.hidden = this.#time.value !== BETWEEN;
      const filter = this.#filter();
      this.#showReset(filter);
      changed(filter);
    };
    this.#words.addEventListener('input', tell);
    const controls = [this.#category, this.#source, this.#confidence, this.#time, this.#order, this.#from, this.#until];
    for (const control of controls) control.addEventListener('change', tell);
    this.#pause.addEventListener('click', () => this.togglePause());
    this.#reset.addEventListener('click', () => {
      this.show(ALL);
      changed(ALL);
      // The button is now hidden and would lose the focus.
      this.#words.focus();
    });
    const file = (label: string, format: 'csv' | 'jsonl'): HTMLElement => {
      const button = element('button', { type: 'button', class: 'quiet' }, label);
      button.addEventListener('click', () => exported(format));
      return button;
    };
    this.node = element(
      'div',
      { class: 'filter', role: 'search', 'aria-label': 'Which headlines are shown' },
      this.#words,
      this.#category,
      this.#source,
      this.#confidence,
      this.#time,
      this.#between,
      this.#order,
      this.#reset,
      element(
        'span',
        { class: 'filter-actions' },
        this.#pause,
        element(
          'span',
          { role: 'group', 'aria-label': 'Export what is shown' },
          file('CSV', 'csv'),
          file('JSON lines', 'jsonl'),
        ),
      ),
      this.#told,
    );
  }

  /** Shows a filter in the controls without a callback. */
  show(filter: HeadlineFilter): void {
    const { words, category, source, least, most, minutes, from, until, order } = filter;
    this.#words.value = words;
    choose(this.#category, category, category);
    choose(this.#source, source, source);
    choose(this.#confidence, `${least}-${most}`, `${least} to ${most} %`);
    if (from !== undefined || until !== undefined) this.#time.value = BETWEEN;
    else choose(this.#time, String(minutes), `Last ${minutes} minutes`);
    this.#from.value = localTime(from);
    this.#until.value = localTime(until);
    this.#between.hidden = this.#time.value !== BETWEEN;
    this.#order.value = order;
    this.#showReset(filter);
  }

  /** Adds a source with its name to the choices. */
  heardSource(source: string, name: string): void {
    const known = this.#names.get(source);
    if (known !== undefined) {
      setText(known, name);
      return;
    }
    if (this.#names.size >= SOURCES) return;
    const given = Array.from(this.#source.options).find(({ value }) => value === source);
    const made = given ?? option([source, name]);
    setText(made, name);
    if (given === undefined) this.#source.append(made);
    this.#names.set(source, made);
  }

  /** Adds a class that another model had to the choices. */
  heardClass(name: string): void {
    addChoice(this.#category, name, name);
  }

  /** Pauses or resumes the list. */
  togglePause(): void {
    const paused = this.#pause.getAttribute('aria-pressed') !== 'true';
    setAttributes(this.#pause, { 'aria-pressed': String(paused) });
    this.#options.paused(paused);
  }

  /** Moves the focus to the search field. */
  search(): void {
    this.#words.focus();
    this.#words.select();
  }

  /** Shows how many headlines are listed. */
  tell(text: string): void {
    setText(this.#told, text);
  }

  #filter(): HeadlineFilter {
    const [least = 0, most = 100] = this.#confidence.value.split('-').map(Number);
    const between = this.#time.value === BETWEEN;
    return {
      words: this.#words.value.trim(),
      category: this.#category.value,
      source: this.#source.value,
      least,
      most,
      minutes: between ? 0 : Number(this.#time.value),
      from: between ? timeOf(this.#from.value) : undefined,
      until: between ? timeOf(this.#until.value) : undefined,
      order: this.#order.value === 'unsure' ? 'unsure' : 'newest',
    };
  }

  #showReset(filter: HeadlineFilter): void {
    this.#reset.hidden = JSON.stringify(filter) === JSON.stringify(ALL);
  }
}
