import { element, setText } from '../elements/element.js';
import { formatCount } from '../elements/format.js';
import type { SourceTrouble } from '../headlines/sourceTrouble.js';

const summaryOf = ({ failing, sources }: SourceTrouble): string => {
  if (failing === sources) return sources === 1 ? 'The only feed fails.' : `All ${formatCount(sources)} feeds fail.`;
  return `${formatCount(failing)} of ${formatCount(sources)} feeds ${failing === 1 ? 'fails' : 'fail'}.`;
};

/** The problems of the feeds, at the top of the page; hidden if there are none. */
export class FeedTrouble {
  readonly node: HTMLElement;
  readonly #summary = element('strong', {});
  readonly #lines = element('ul', {});
  readonly #announcer: HTMLElement;

  /** @param announcer a live region */
  constructor(announcer: HTMLElement) {
    this.#announcer = announcer;
    // A button and not a link: the fragment of the address contains the filter of the headlines.
    const all = element('button', { type: 'button' }, 'All feeds');
    all.addEventListener('click', () => document.getElementById('feeds')?.focus());
    this.node = element(
      'section',
      { class: 'trouble', 'aria-label': 'Failing feeds', hidden: true },
      element('div', {}, this.#summary, this.#lines),
      all,
    );
  }

  show(trouble: SourceTrouble): void {
    const { failing, lines } = trouble;
    this.node.hidden = failing === 0;
    const summary = failing === 0 ? '' : summaryOf(trouble);
    if (summary !== this.#summary.textContent && summary !== '') setText(this.#announcer, summary);
    setText(this.#summary, summary);
    const rest = failing - lines.length;
    const all = [...lines, ...(rest > 0 ? [`and ${formatCount(rest)} more`] : [])];
    this.#lines.replaceChildren(...all.map((line) => element('li', {}, line)));
  }
}
