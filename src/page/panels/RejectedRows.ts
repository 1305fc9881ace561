import type { RejectionsView } from '../../contracts/training/TrainingView.js';
import { element } from '../elements/element.js';
import { formatCount, NOTHING } from '../elements/format.js';

const reasonsTable = ({ byReason }: RejectionsView): HTMLElement =>
  element(
    'table',
    { class: 'values' },
    element('caption', { class: 'hidden' }, 'Rejected rows by reason'),
    element(
      'thead',
      {},
      element('tr', {}, ...['Reason', 'Field', 'Rows'].map((name) => element('th', { scope: 'col' }, name))),
    ),
    element(
      'tbody',
      {},
      ...byReason.map(({ reason, field, count }) =>
        element(
          'tr',
          {},
          element('th', { scope: 'row' }, reason),
          element('td', {}, field ?? NOTHING),
          element('td', {}, formatCount(count)),
        ),
      ),
    ),
  );

/** The rejected rows: counts by reason, and the first of them. */
export class RejectedRows {
  readonly node: HTMLElement;
  readonly #counts = element('div', {});
  readonly #examples = element('ul', { class: 'sources' });
  /** This element stays while its content changes, because it may be open and may have the focus. */
  readonly #details = element(
    'details',
    { class: 'values-details', hidden: true },
    element('summary', {}, 'Examples'),
    this.#examples,
  );

  constructor() {
    this.node = element('div', {}, this.#counts, this.#details);
  }

  /**
   * Shows rejections.
   *
   * @param kept the number of rows that were not rejected; undefined until it is known
   */
  show(rejections: RejectionsView, kept: number | undefined): void {
    const { total, examples } = rejections;
    this.#details.hidden = total === 0;
    if (total === 0) {
      this.#counts.replaceChildren(element('p', { class: 'hint' }, 'No row was rejected.'));
      return;
    }
    const share =
      kept === undefined
        ? []
        : [
            element(
              'p',
              { class: 'subtitle' },
              `${formatCount(total)} of ${formatCount(kept + total)} rows that were read`,
            ),
          ];
    this.#counts.replaceChildren(...share, reasonsTable(rejections));
    this.#examples.replaceChildren(
      ...examples.map(({ source, line, expected, got }) =>
        // In quotes, as on the command line, so that an empty field is visible.
        element(
          'li',
          {},
          element('span', { class: 'source-name' }, `${source}${line === undefined ? '' : `, line ${line}`}`),
          element('span', { class: 'source-state' }, `expected ${expected}, got ${JSON.stringify(got)}`),
        ),
      ),
    );
  }
}
