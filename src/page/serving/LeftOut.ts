import { type Sample, samplesOf } from '../connection/metrics.js';
import { getText } from '../connection/server.js';
import { element } from '../elements/element.js';
import { formatCount } from '../elements/format.js';

/** The interval between requests for the counts while the page is visible. Milliseconds. */
const EVERY_MS = 10_000;

/** The descriptions of the reasons, in the order of the list. */
const REASONS: Readonly<Record<string, string>> = {
  'repeat-guid': 'was there before, by its id',
  'repeat-link': 'was there before, by its link',
  'repeat-content': 'was there before, by its words',
  correction: 'was there before, under another title',
  'too-long': 'the title is too long',
  'queue-full': 'the queue was full',
  abandoned: 'the client had left',
};

const REJECTED = 'the item could not be read';

const total = (samples: readonly Sample[]): number => samples.reduce((sum, { value }) => sum + value, 0);

/** How many headlines were left out for a reason. */
export interface LeftOutCount {
  readonly reason: string;
  readonly count: number;
  /** Whether they had been classified before. Each reading of a feed has such headlines. */
  readonly isRepeat: boolean;
}

/** The number of unclassified headlines by reason, from a text of metrics; only reasons that occurred. */
export const leftOutBy = (metrics: string): readonly LeftOutCount[] => {
  const dropped = samplesOf(metrics, 'headwater_headlines_dropped_total');
  const known = Object.entries(REASONS).map(([name, reason]) => ({
    reason,
    count: total(dropped.filter(({ labels }) => labels['reason'] === name)),
    isRepeat: name.startsWith('repeat-'),
  }));
  const others = dropped.flatMap(({ labels: { reason = '' }, value }) =>
    reason in REASONS ? [] : [{ reason, count: value, isRepeat: false }],
  );
  const rejected = {
    reason: REJECTED,
    count: total(samplesOf(metrics, 'headwater_feed_rejections_total')),
    isRepeat: false,
  };
  return [...known, ...others, rejected].filter(({ count }) => count > 0);
};

/** The headlines that were not classified since the server started, by reason. */
export class LeftOut {
  readonly node: HTMLElement;
  readonly #body = element('tbody', {});
  readonly #table: HTMLElement;
  readonly #none = element('p', { class: 'hint' }, 'No headline was left out.');
  readonly #told: (count: number) => void;

  /** @param told called with the number of unclassified headlines, without those that had been classified before */
  constructor(told: (count: number) => void) {
    this.#told = told;
    this.#table = element(
      'table',
      { class: 'values' },
      element('caption', { class: 'hidden' }, 'Headlines that were left out, by reason'),
      element(
        'thead',
        {},
        element('tr', {}, element('th', { scope: 'col' }, 'Reason'), element('th', { scope: 'col' }, 'Headlines')),
      ),
      this.#body,
    );
    this.#table.hidden = true;
    this.node = element(
      'section',
      { class: 'card', 'aria-label': 'Left out' },
      element('h3', {}, 'Left out'),
      element('p', { class: 'subtitle' }, 'Headlines that were not classified since the server started'),
      this.#none,
      this.#table,
    );
    const ask = (): void => {
      if (!document.hidden) void this.#ask();
    };
    ask();
    setInterval(ask, EVERY_MS);
    document.addEventListener('visibilitychange', ask);
  }

  /** Without a response, the previous counts stay. The connection badge shows that the server is unreachable. */
  async #ask(): Promise<void> {
    const metrics = await getText('metrics').catch(() => undefined);
    if (metrics !== undefined) this.#show(leftOutBy(metrics));
  }

  #show(counts: readonly LeftOutCount[]): void {
    this.#table.hidden = counts.length === 0;
    this.#none.hidden = counts.length > 0;
    this.#body.replaceChildren(
      ...counts.map(({ reason, count }) =>
        element('tr', {}, element('th', { scope: 'row' }, reason), element('td', {}, formatCount(count))),
      ),
    );
    this.#told(counts.reduce((sum, { count, isRepeat }) => (isRepeat ? sum : sum + count), 0));
  }
}
