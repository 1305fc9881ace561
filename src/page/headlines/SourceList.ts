import type { SourceEvent } from '../../contracts/live/Live.js';
import { element } from '../elements/element.js';
import { formatCount, formatTime } from '../elements/format.js';
import { describeSource, isTroubled } from './sourceTrouble.js';
import type { SourceNames } from './SourceNames.js';

/** The maximum number of listed sources, and of sources in memory. */
const LISTED = 100;
const MOST = 5000;

/**
 * The name that a source of an address has in events. Only addresses of the web are taken, because files have other
 * names.
 */
const sourceAt = (address: string): readonly string[] => {
  const url = /^(?:sse\+)?((?:https?|wss?):\/\/.+)$/i.exec(address)?.[1];
  return url !== undefined && URL.canParse(url) ? [new URL(url).href] : [];
};

/** The last event of each source of headlines. */
export class SourceList {
  readonly node: HTMLElement;
  readonly #names: SourceNames;
  readonly #list = element('ul', { class: 'sources' });
  readonly #more = element('p', { class: 'hint', hidden: true });
  readonly #last = new Map<string, SourceEvent>();
  #expected: readonly string[] = [];

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

  /** The sources that the server reads, and that have told nothing yet. */
  get waiting(): readonly string[] {
    const told = new Set([...this.#last.keys()].flatMap(sourceAt));
    return this.#expected.filter((source) => !told.has(source));
  }

  /**
   * Names the sources that the server reads. A server may be slow, or its host may be left alone for a while; such a
   * source has no event.
   *
   * @param addresses as the server lists them
   */
  expect(addresses: readonly string[]): void {
    this.#expected = addresses.flatMap(sourceAt).slice(0, MOST);
  }

  heard(event: SourceEvent): void {
    if (event.type === 'removed') {
      this.#last.delete(event.source);
      this.#expected = this.#expected.filter((source) => source !== event.source);
    } else this.#take(event);
  }

  /** Keeps the event if it tells the state of its source. */
  #take(event: SourceEvent): void {
    const before = this.#last.get(event.source);
    if (before === undefined && this.#last.size >= MOST) return;
    // These events do not show whether the source can be read now.
    const saysLittle = event.type === 'moved' || event.type === 'gap';
    // Content that could not be read and is unchanged still cannot be read.
    const isAsBefore = event.type === 'unchanged' && before?.type === 'read';
    if (isTroubled(before) && (saysLittle || isAsBefore)) return;
    this.#last.set(event.source, event);
  }

  /** Draws the sources. A page that is opened late receives an event of each at once, so this is for the next frame. */
  draw(): void {
    const { waiting } = this;
    const count = this.#last.size + waiting.length;
    this.node.hidden = count === 0;
    const sources = [...this.#last.values()].sort((a, b) => Number(isTroubled(b)) - Number(isTroubled(a)));
    this.#more.hidden = count <= LISTED;
    this.#more.textContent = `and ${formatCount(count - LISTED)} more`;
    const line = (source: string, state: string, isFailed: boolean): HTMLElement =>
      element(
        'li',
        { 'data-failed': isFailed },
        element('span', { class: 'source-name', title: source }, this.#names.of(source)),
        element('span', { class: 'source-state' }, state),
      );
    const told = sources.map((last) =>
      line(last.source, `${describeSource(last)} · ${formatTime(last.at)}`, isTroubled(last)),
    );
    const untold = waiting.map((source) => line(source, 'not read yet', false));
    this.#list.replaceChildren(...[...told, ...untold].slice(0, LISTED));
  }
}
