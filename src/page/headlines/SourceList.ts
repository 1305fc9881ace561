import type { SourceEvent } from '../../contracts/live/Live.js';
import { element } from '../elements/element.js';
import { formatCount, formatTime } from '../elements/format.js';

/** The most sources that are listed. */
const MOST = 100;

/** Whether it was read, and nothing of it could be. */
const allRejected = (event: SourceEvent): boolean =>
  event.type === 'read' && event.items === 0 && (event.rejected ?? 0) > 0;

const describe = (event: SourceEvent): string => {
  switch (event.type) {
    case 'read':
      return allRejected(event)
        ? `read, and none of its ${formatCount(event.rejected ?? 0)} items can be read`
        : `read, ${formatCount(event.items)} items`;
    case 'unchanged':
      return 'unchanged';
    case 'opened':
      return 'open';
    case 'gap':
      return 'a gap: headlines may have come and gone since it was last read';
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
  readonly #titles = new Map<string, string>();
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
    if (event.type === 'read' && event.title !== undefined) this.#titles.set(event.source, event.title);
    this.node.hidden = false;
    this.#list.replaceChildren(
      ...Array.from(this.#last.values(), (last) =>
        element(
          'li',
          { 'data-failed': last.type === 'failed' || allRejected(last) },
          element('span', { class: 'source-name', title: last.source }, this.#titles.get(last.source) ?? last.source),
          element('span', { class: 'source-state' }, `${describe(last)} · ${formatTime(last.at)}`),
        ),
      ),
    );
  }
}
