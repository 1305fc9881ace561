import { describeFailure, getJson, post } from '../connection/server.js';
import { element, setText } from '../elements/element.js';
import { type Candidate, comparedFigures, describeCandidate } from './candidate.js';

/** The models of a server, as in `GET /admin/models`. */
interface Models {
  readonly inUse: string;
  readonly before: string | null;
  readonly candidate: Candidate | null;
  /** Why the candidate could not be loaded the last time. */
  readonly candidateError: string | null;
}

/** The interval between requests for the models while the page is visible. Milliseconds. */
const EVERY_MS = 10_000;

/** A table of both models, whose body is filled later. */
const modelsTable = (label: string, caption: string, columns: readonly string[], body: HTMLElement): HTMLElement =>
  element(
    'div',
    { class: 'table-frame', tabindex: 0, role: 'region', 'aria-label': label, hidden: true },
    element(
      'table',
      { class: 'values differences' },
      element('caption', { class: 'hidden' }, caption),
      element('thead', {}, element('tr', {}, ...columns.map((name) => element('th', { scope: 'col' }, name)))),
      body,
    ),
  );

const modelsRow = (name: string, inUse: string, candidate: string): HTMLElement =>
  element(
    'tr',
    {},
    element('th', { scope: 'row', dir: 'auto' }, name),
    element('td', {}, inUse),
    element('td', {}, candidate),
  );

/** The callbacks of the panel. */
export interface ModelsPanelOptions {
  readonly told: (text: string) => void;
  /** Handles an error if it is about the token; returns whether it is. */
  readonly tokenWanted: (error: unknown) => boolean;
}

/**
 * The models of a server besides the one in use: the figures of a candidate beside those of the model in use, where
 * both differ, and buttons that put another model in use. It is hidden if there is only one model, or if the server
 * does not report its models.
 */
export class ModelsPanel {
  readonly node: HTMLElement;
  readonly #options: ModelsPanelOptions;
  readonly #text = element('p', {});
  readonly #figureRows = element('tbody', {});
  readonly #figures = modelsTable(
    'Both models',
    'What the model in use and the candidate have done',
    ['Figure', 'In use', 'Candidate'],
    this.#figureRows,
  );
  readonly #rows = element('tbody', {});
  readonly #differences = modelsTable(
    'Where the models differ',
    'The last headlines on which the models differ',
    ['Headline', 'In use', 'Candidate'],
    this.#rows,
  );
  /** The figures and differences that are shown, as JSON. */
  #shown = '';
  readonly #promote = element('button', { type: 'button', class: 'quiet' }, 'Put the candidate in use');
  readonly #rollback = element('button', { type: 'button', class: 'quiet' }, 'Roll back');

  constructor(options: ModelsPanelOptions) {
    this.#options = options;
    this.node = element(
      'section',
      { class: 'card models', 'aria-label': 'Other models', hidden: true },
      element('h3', {}, 'Other models'),
      this.#text,
      element('p', { class: 'filter-actions' }, this.#promote, this.#rollback),
      this.#figures,
      this.#differences,
    );
    this.#promote.addEventListener('click', () => this.#change('promote', 'The candidate is in use.'));
    this.#rollback.addEventListener('click', () => this.#change('rollback', 'The model of before is in use.'));
    const ask = (): void => {
      if (!document.hidden) this.look();
    };
    ask();
    setInterval(ask, EVERY_MS);
    document.addEventListener('visibilitychange', ask);
  }

  look(): void {
    getJson<Models>('admin/models').then(
      (models) => this.#show(models),
      // An unreachable server is shown elsewhere, and a missing permission of the token is not an error.
      () => undefined,
    );
  }

  #show({ before, candidate, candidateError }: Models): void {
    this.node.hidden = before === null && candidate === null && candidateError === null;
    this.#promote.hidden = candidate === null;
    this.#rollback.hidden = before === null;
    const said = [
      ...(candidateError === null ? [] : [`The candidate could not be loaded: ${candidateError}`]),
      ...(candidate === null ? [] : [describeCandidate(candidate)]),
      ...(before === null ? [] : [`The model ${before} was in use before.`]),
    ];
    setText(this.#text, said.join(' '));
    const figures = candidate === null ? [] : comparedFigures(candidate);
    this.#figures.hidden = figures.length === 0;
    const differences = candidate?.differences ?? [];
    this.#differences.hidden = differences.length === 0;
    // Rows that stay are not replaced: the reader may have selected one of their words.
    const now = JSON.stringify([figures, differences]);
    if (now === this.#shown) return;
    this.#shown = now;
    this.#figureRows.replaceChildren(...figures.map(({ name, inUse, candidate }) => modelsRow(name, inUse, candidate)));
    this.#rows.replaceChildren(
      ...differences.map(({ title, class: name, candidate }) => modelsRow(title, name, candidate)),
    );
  }

  #change(action: 'promote' | 'rollback', done: string): void {
    const { told, tokenWanted } = this.#options;
    post(`admin/${action}`).then(
      () => {
        told(done);
        this.look();
      },
      (error: unknown) => {
        if (!tokenWanted(error)) told(`The model in use was not changed: ${describeFailure(error)}`);
      },
    );
  }
}
