import type { SourceEvent } from '../../contracts/Live.js';
import { element } from '../elements/element.js';
import { formatCount, formatTime } from '../elements/format.js';

/** The most sources that are listed. */
const MOST = 100;

const describe = (event: SourceEvent): string => {
  switch (event.type) {
    case 'read':
      return `read, ${formatCount(event.items)} items`;
    case 'unchanged':
      return 'unchanged';
    case 'opened':
      return 'open';
    case 'moved':
      return `moved to ${event.to}`;
    case 'failed':
      return event.nextInMs === undefined
        ? `failed for good: ${event.message}`
        : `failed, tried again later: ${event.message}`;
  }
};

/** What happened last to each source of headlines. */
export class SourceList {
  readonly node: HTMLElement;
  readonly #list = element('ul', { class: 'sources' });
  readonly #last = new Map<string, SourceEvent>();

  constructor() {
    this.node = element(
      'section',
      { class: 'card', 'aria-label': 'Feeds', hidden: true },
      element('h3', {}, 'Feeds'),
      this.#list,
    );
  }

  /** Something happened to a source. */
  heard(event: SourceEvent): void {
    if (this.#last.size >= MOST && !this.#last.has(event.source)) return;
    this.#last.set(event.source, event);
    this.node.hidden = false;
    this.#list.replaceChildren(
      ...Array.from(this.#last.values(), (last) =>
        element(
          'li',
          { 'data-failed': last.type === 'failed' },
          element('span', { class: 'source-name' }, last.source),
          element('span', { class: 'source-state' }, `${describe(last)} · ${formatTime(last.at)}`),
        ),
      ),
    );
  }
}
