import { describeFailure, getJson, post } from '../connection/server.js';
import { element, setText } from '../elements/element.js';
import { formatCount, formatScore } from '../elements/format.js';

/** The models of a server, as in `GET /admin/models`. */
interface Models {
  readonly inUse: string;
  readonly before: string | null;
  readonly candidate: Candidate | null;
}

/** A model that runs beside the model in use. */
interface Candidate {
  readonly model: string;
  readonly type: 'shadow' | 'canary';
  /** The share of the headlines that a canary answers. */
  readonly share?: number;
  readonly compared: number;
  readonly agreed: number;
  readonly differences: readonly { readonly title: string; readonly class: string; readonly candidate: string }[];
}

/** The interval between requests for the models while the page is visible. Milliseconds. */
const EVERY_MS = 10_000;

const describeCandidate = ({ model, type, share = 0, compared, agreed }: Candidate): string => {
  if (type === 'canary') return `The candidate ${model} answers ${formatScore(share)} of the headlines.`;
  return compared === 0
    ? `The candidate ${model} has not been compared yet.`
    : `The candidate ${model} agrees on ${formatScore(agreed / compared)} of ${formatCount(compared)} headlines.`;
};

/** The table of the differences, whose body is filled later. */
const differencesTable = (body: HTMLElement): HTMLElement =>
  element(
    'div',
    { class: 'table-frame', tabindex: 0, role: 'region', 'aria-label': 'Where the models differ', hidden: true },
    element(
      'table',
      { class: 'values differences' },
      element('caption', { class: 'hidden' }, 'The last headlines on which the models differ'),
      element(
        'thead',
        {},
        element('tr', {}, ...['Headline', 'In use', 'Candidate'].map((name) => element('th', { scope: 'col' }, name))),
      ),
      body,
    ),
  );

const differenceRow = ({ title, class: name, candidate }: Candidate['differences'][number]): HTMLElement =>
  element(
    'tr',
    {},
    element('th', { scope: 'row', dir: 'auto' }, title),
    element('td', {}, name),
    element('td', {}, candidate),
  );

/** The callbacks of the panel. */
export interface ModelsPanelOptions {
  readonly told: (text: string) => void;
  /** Handles an error if it is about the token; returns whether it is. */
  readonly tokenWanted: (error: unknown) => boolean;
}

/**
 * The models of a server besides the one in use: how often a candidate agrees and where it differs, and buttons that
 * put another model in use. It is hidden if there is only one model, or the server does not report its models.
 */
export class ModelsPanel {
  readonly node: HTMLElement;
  readonly #options: ModelsPanelOptions;
  readonly #text = element('p', {});
  readonly #rows = element('tbody', {});
  readonly #differences = differencesTable(this.#rows);
  /** The differences that are shown, as JSON. */
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

  #show({ before, candidate }: Models): void {
    this.node.hidden = before === null && candidate === null;
    this.#promote.hidden = candidate === null;
    this.#rollback.hidden = before === null;
    const said = [
      ...(candidate === null ? [] : [describeCandidate(candidate)]),
      ...(before === null ? [] : [`The model ${before} was in use before.`]),
    ];
    setText(this.#text, said.join(' '));
    const differences = candidate?.differences ?? [];
    this.#differences.hidden = differences.length === 0;
    // Rows that stay are not replaced: the reader may have selected one of their words.
    const now = JSON.stringify(differences);
    if (now === this.#shown) return;
    this.#shown = now;
    this.#rows.replaceChildren(...differences.map(differenceRow));
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
