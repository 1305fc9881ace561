import type { WordEffect } from '../../contracts/live/Live.js';
import { hueName } from '../elements/classMark.js';
import { describeEffects, SLIGHT } from './describeEffects.js';
import { element, setAttributes, setText } from '../elements/element.js';
import { formatPoints, formatShare, NOTHING } from '../elements/format.js';
import { describeFailure, postJson } from '../connection/server.js';
import { className } from '../elements/tables.js';
import { articleOf } from './headlineRow.js';
import type { LabelBook, Labelled } from './LabelBook.js';
import { RightClass } from './RightClass.js';

/** The response of `POST /explain`. */
export interface ExplanationAnswer {
  readonly title: string;
  readonly class: string;
  readonly probabilities: Readonly<Record<string, number>>;
  /** The number of tokens that the model knows. */
  readonly known: number;
  readonly words: readonly WordEffect[];
}

/** The headline to explain. */
export interface Asked {
  readonly title: string;
  /** Its number on the page, its key and its id in the source; undefined for a headline that the reader typed. */
  readonly ordinal?: number | undefined;
  readonly key?: string | undefined;
  readonly guid?: string | undefined;
  readonly link?: string | undefined;
  readonly source?: string | undefined;
}

/** The options of the panel. */
export interface ExplainPanelOptions {
  /** In the order of the label encoder. */
  readonly classes: readonly string[];
  readonly labels: LabelBook;
  /** The title of a source. */
  readonly nameOf: (source: string) => string;
  /** Handles an error if it is about the token; returns whether it is. */
  readonly tokenWanted: (error: unknown) => boolean;
}

/** The timeout of an explanation. Milliseconds. */
const LIMIT_MS = 15_000;

/** The screens on which page.css places the panel below the list and not beside it. */
const NARROW = '(max-width: 60rem)';

/** With more classes than this, only the first ones are shown at once. */
const MOST_SHOWN = 9;
const FIRST_SHOWN = 5;

/** The share of attention of a word, as a number and a bar whose full length is the largest share. */
const attentionCells = (attention: number, largest: number, read: WordEffect['read']): readonly HTMLElement[] => {
  const bar = element('span', { class: 'attention-bar', 'aria-hidden': 'true' });
  bar.style.setProperty('--length', (largest === 0 ? 0 : attention / largest).toFixed(3));
  return [
    element('td', { class: 'attention-cell' }, ...(read === 'left-out' ? [] : [bar])),
    element('td', { class: 'number' }, read === 'left-out' ? NOTHING : formatShare(attention)),
  ];
};

/**
 * The words that influenced a prediction. The words of the title are tinted by their effects; below are a bar for each
 * word, and all numbers.
 *
 * The reader can also type a headline.
 */
export class ExplainPanel {
  readonly node: HTMLElement;
  readonly #options: ExplainPanelOptions;
  readonly #body = element('div', { class: 'explain-body', role: 'group', 'aria-label': 'Explanation', tabindex: 0 });
  readonly #announcer = element('p', { class: 'hidden', role: 'status' });
  /** An error appears above the previous explanation, which stays. */
  readonly #failure = element('p', { class: 'explain-failure', role: 'alert', hidden: true });
  readonly #rightClass: RightClass;
  #leaving: AbortController | undefined;

  constructor(options: ExplainPanelOptions) {
    this.#options = options;
    this.#rightClass = new RightClass(options);
    const input = element('input', {
      id: 'own',
      type: 'text',
      maxlength: 1000,
      autocomplete: 'off',
      placeholder: 'The final starts next week',
      // Arabic and Hebrew from the right.
      dir: 'auto',
    });
    const form = element(
      'form',
      { class: 'own' },
      element('label', { for: 'own' }, 'A headline of your own'),
      element('div', { class: 'own-row' }, input, element('button', { type: 'submit' }, 'Explain')),
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (input.value.trim() !== '') this.explain({ title: input.value });
    });
    this.#body.append(
      element(
        'p',
        { class: 'hint' },
        'Choose a headline to see which of its words moved the prediction: ' +
          'each word is taken out in turn, and the model asked again.',
      ),
    );
    this.node = element(
      'section',
      { class: 'card explain', 'aria-labelledby': 'explain-heading' },
      element('h2', { id: 'explain-heading' }, 'Why this class?'),
      this.#failure,
      this.#body,
      this.#announcer,
      this.#rightClass.node,
      form,
    );
  }

  /** Explains a headline in place of the previous one. */
  explain(asked: Asked): void {
    this.#leaving?.abort();
    const leaving = new AbortController();
    this.#leaving = leaving;
    setAttributes(this.#body, { 'aria-busy': 'true' });
    const signal = AbortSignal.any([leaving.signal, AbortSignal.timeout(LIMIT_MS)]);
    postJson<ExplanationAnswer>('explain', { title: asked.title }, signal).then(
      (answer) => {
        this.#show(answer, asked);
        // On a narrow screen, the panel is below the list. The focus stays in the list, so that the reader can continue
        // there with the keyboard.
        if (matchMedia(NARROW).matches)
          this.node.scrollIntoView({
            block: 'start',
            behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth',
          });
      },
      (error: unknown) => {
        if (leaving.signal.aborted || this.#options.tokenWanted(error)) return;
        setAttributes(this.#body, { 'aria-busy': undefined });
        setText(this.#failure, `It cannot be explained now: ${describeFailure(error)}`);
        this.#failure.hidden = false;
      },
    );
  }

  /** Shows that a headline was labelled, if it is the explained one. */
  labelled(isIt: (headline: Labelled) => boolean): void {
    this.#rightClass.labelled(isIt);
  }

  #show({ title, class: category, probabilities, known, words }: ExplanationAnswer, asked: Asked): void {
    const { link, source } = asked;
    setAttributes(this.#body, { 'aria-busy': undefined });
    this.#failure.hidden = true;
    this.#rightClass.show(asked);
    const most = Math.max(SLIGHT, ...words.map(({ effect }) => Math.abs(effect)));
    const summary =
      known === 0
        ? `The model knows none of its tokens: nothing of it was read, and ${category} is a guess.`
        : describeEffects(category, words);
    setText(this.#announcer, `${category}. ${summary}`);
    const article = articleOf(link);
    const from = [
      ...(source === undefined ? [] : [this.#options.nameOf(source)]),
      ...(article === undefined
        ? []
        : [element('a', { href: article, target: '_blank', rel: 'noopener noreferrer' }, 'open the article')]),
    ];
    this.#body.replaceChildren(
      this.#picture(title, words, most, summary),
      ...(from.length === 0
        ? []
        : [
            element('p', { class: 'origin' }, ...from.flatMap((part, index) => (index === 0 ? [part] : [' · ', part]))),
          ]),
      this.#distribution(probabilities, category),
      element('p', { class: 'chart-summary' }, summary),
      this.#bars(words, most, category),
    );
  }

  /** The title, each word tinted by its effect. */
  #picture(title: string, words: readonly WordEffect[], most: number, summary: string): HTMLElement {
    const picture = element('p', { class: 'words', dir: 'auto', role: 'img', 'aria-label': `${title}. ${summary}` });
    let at = 0;
    for (const { start, end, effect, read } of words) {
      const side = Math.abs(effect) < SLIGHT ? 'none' : effect > 0 ? 'for' : 'against';
      const word = element('span', { class: 'word', 'data-side': side, 'data-read': read }, title.slice(start, end));
      word.style.setProperty('--weight', (Math.abs(effect) / most).toFixed(3));
      picture.append(title.slice(at, start), word);
      at = end;
    }
    picture.append(title.slice(at));
    return picture;
  }

  #distribution(probabilities: Readonly<Record<string, number>>, predicted: string): HTMLElement {
    const rows = this.#options.classes
      .map((name, category) => ({ name, category, probability: probabilities[name] ?? 0 }))
      .sort((a, b) => b.probability - a.probability)
      .map(({ name, category, probability }) => {
        const bar = element('span', { class: 'bar', 'aria-hidden': 'true' });
        bar.style.setProperty('--length', String(probability));
        bar.style.setProperty('--hue', `var(${hueName(category)})`);
        return element(
          'li',
          { 'data-predicted': name === predicted },
          className(name, category),
          bar,
          element('span', { class: 'number' }, formatShare(probability)),
        );
      });
    const list = (label: string, items: readonly HTMLElement[]): HTMLElement =>
      element('ul', { class: 'distribution', 'aria-label': label }, ...items);
    if (rows.length <= MOST_SHOWN) return list('Probability of each class', rows);
    const rest = rows.slice(FIRST_SHOWN);
    return element(
      'div',
      {},
      list('Probability of the first classes', rows.slice(0, FIRST_SHOWN)),
      element(
        'details',
        { class: 'values-details' },
        element('summary', {}, `${rest.length} more classes`),
        list('Probability of the other classes', rest),
      ),
    );
  }

  #bars(words: readonly WordEffect[], most: number, category: string): HTMLElement {
    const attends = words.some(({ attention }) => attention !== undefined);
    const largest = Math.max(...words.map(({ attention = 0 }) => attention));
    const rows = words.map(({ word, effect, read, attention = 0 }) => {
      const bar = element('span', {
        class: 'effect-bar',
        'data-side': effect < 0 ? 'against' : 'for',
        'aria-hidden': 'true',
      });
      bar.style.setProperty('--length', (Math.abs(effect) / most).toFixed(3));
      return element(
        'tr',
        { 'data-read': read },
        element(
          'th',
          { scope: 'row' },
          word,
          ...(read === 'unknown' ? [element('span', { class: 'note' }, ' unknown')] : []),
        ),
        element(
          'td',
          { class: 'effect-cell' },
          read === 'left-out' ? element('span', { class: 'note' }, 'not read') : bar,
        ),
        element('td', { class: 'number' }, read === 'left-out' ? NOTHING : formatPoints(effect)),
        ...(attends ? attentionCells(attention, largest, read) : []),
      );
    });
    return element(
      'table',
      { class: 'effects' },
      element(
        'caption',
        {},
        `Points that ${category} falls without the word${attends ? ', and its share of the attention' : ''}`,
      ),
      element(
        'thead',
        { class: 'hidden' },
        element(
          'tr',
          {},
          ...['Word', 'Picture', 'Points', ...(attends ? ['Picture of attention', 'Attention'] : [])].map((name) =>
            element('th', { scope: 'col' }, name),
          ),
        ),
      ),
      element('tbody', {}, ...rows),
    );
  }
}
