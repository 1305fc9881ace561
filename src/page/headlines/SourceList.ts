import type { SourceEvent } from '../../contracts/live/Live.js';
import { element } from '../elements/element.js';
import { formatCount, formatTime } from '../elements/format.js';
import { describeSource, isTroubled } from './sourceTrouble.js';
import type { SourceNames } from './SourceNames.js';

/** The maximum number of listed sources, and of sources in memory. */
const LISTED = 100;
const MOST = 1000;

/** The last event of each source of headlines. */
export class SourceList {
  readonly node: HTMLElement;
  readonly #names: SourceNames;
  readonly #list = element('ul', { class: 'sources' });
  readonly #more = element('p', { class: 'hint', hidden: true });
  readonly #last = new Map<string, SourceEvent>();

  constructor(names: SourceNames) {
    this.#names = names;
    this.node = element(
      'section',
      { class: 'card', 'aria-label': 'Feeds', id: 'feeds', hidden: true, tabindex: -1 },
      element('h3', {}, 'Feeds'),
      this.#list,
      this.#more,
    );
  }

  /** The last event by source. */
  get last(): ReadonlyMap<string, SourceEvent> {
    return this.#last;
  }

  heard(event: SourceEvent): void {
    if (event.type === 'removed') this.#last.delete(event.source);
    else if (!this.#take(event)) return;
    this.#draw();
  }

  /** Keeps the event if it tells the state of its source; returns whether it does. */
  #take(event: SourceEvent): boolean {
    const before = this.#last.get(event.source);
    if (before === undefined && this.#last.size >= MOST) return false;
    // These events do not show whether the source can be read now.
    const saysLittle = event.type === 'moved' || event.type === 'gap';
    // Content that could not be read and is unchanged still cannot be read.
    const isAsBefore = event.type === 'unchanged' && before?.type === 'read';
    if (isTroubled(before) && (saysLittle || isAsBefore)) return false;
    this.#last.set(event.source, event);
    return true;
  }

  #draw(): void {
    this.node.hidden = this.#last.size === 0;
    const sources = [...this.#last.values()].sort((a, b) => Number(isTroubled(b)) - Number(isTroubled(a)));
    this.#more.hidden = sources.length <= LISTED;
    this.#more.textContent = `and ${formatCount(sources.length - LISTED)} more`;
    this.#list.replaceChildren(
      ...sources
        .slice(0, LISTED)
        .map((last) =>
          element(
            'li',
            { 'data-failed': isTroubled(last) },
            element('span', { class: 'source-name', title: last.source }, this.#names.of(last.source)),
            element('span', { class: 'source-state' }, `${describeSource(last)} · ${formatTime(last.at)}`),
          ),
        ),
    );
  }
}
