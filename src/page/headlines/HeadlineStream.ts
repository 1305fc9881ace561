import { element, setText } from '../elements/element.js';
import { formatCount } from '../elements/format.js';
import { csvOf, download, type ExportedHeadline, jsonLinesOf } from './exportHeadlines.js';
import { FilterBar } from './FilterBar.js';
import { filterOf, fragmentOf, type HeadlineFilter } from './headlineFilter.js';
import { HeadlineList } from './HeadlineList.js';
import type { HeadlineRing, SeenHeadline } from './HeadlineRing.js';
import type { LabelBook } from './LabelBook.js';
import { ShownHeadlines } from './ShownHeadlines.js';

/** The options of the section of headlines. */
export interface HeadlineStreamOptions {
  /** All headlines of the page. */
  readonly ring: HeadlineRing;
  /** The classes of the model in use, in the order of the label encoder. */
  readonly classes: readonly string[];
  /** These classes, and after them further ones that headlines have. It may grow. */
  readonly classNames: readonly string[];
  readonly labels: LabelBook;
  /** The title of a source. */
  readonly nameOf: (source: string) => string;
  /** Called with a headline that the reader chose. */
  readonly chosen: (headline: SeenHeadline) => void;
  /** A live region. */
  readonly announcer: HTMLElement;
}

/** The interval between two sorts of a list by confidence, while the reader does not use it. Milliseconds. */
const SORT_MS = 1000;

/** Puts the filter into the address, so that it can be bookmarked and shared. */
const keepInAddress = (filter: HeadlineFilter): void => {
  try {
    history.replaceState(null, '', `#${fragmentOf(filter)}`);
  } catch {
    // Safari refuses more than 100 changes in some seconds, which a fast typist reaches. The next one is made again.
  }
};

const EMPTY =
  'No headlines yet. Those of the feeds appear here as they come. Where no feed is listed below, --feed names one.';

const NONE_SHOWN = 'No headline matches the filters.';

/**
 * The section of the headlines. The filter is above the list, and is part of the page's address.
 *
 * The list does not move while it is paused, while the pointer is over it, and, if it is sorted by confidence, while it
 * has the focus. New headlines are counted in the meantime and shown afterwards.
 */
export class HeadlineStream {
  readonly node: HTMLElement;
  readonly #options: HeadlineStreamOptions;
  readonly #shown: ShownHeadlines;
  readonly #bar: FilterBar;
  readonly #list: HeadlineList;
  readonly #empty = element('p', { class: 'hint empty' }, EMPTY);
  #paused = false;
  #underPointer = false;
  #sortedAt = 0;
  #isAsked = false;
  /** Whether a source has another name than the rows show. */
  #isRenamed = false;

  constructor(options: HeadlineStreamOptions) {
    const { ring, classes, classNames, labels, nameOf, chosen } = options;
    this.#options = options;
    this.#shown = new ShownHeadlines(ring, classNames, (headline) => labels.of(headline) !== undefined);
    this.#bar = new FilterBar({
      classes,
      changed: (filter) => {
        this.#use(filter);
        keepInAddress(filter);
      },
      paused: (paused) => {
        this.#paused = paused;
        this.draw();
      },
      exported: (format) => this.#export(format),
    });
    this.#list = new HeadlineList({
      ring: this.#shown.ring,
      classes: classNames,
      labels: classes.length,
      nameOf,
      labelOf: (headline) => labels.of(headline),
      chosen,
      labelled: (headline, category) => {
        labels.give(headline, category);
        // When labelling by confidence, the reader continues with the next row.
        if (this.#shown.filter.order === 'unsure') this.#list.next();
      },
      held: (held) => {
        this.#underPointer = held;
        this.draw();
      },
      wanted: () => this.#rebuild(false),
      keys: { p: () => this.#bar.togglePause(), '/': () => this.#bar.search() },
    });
    const digits = classes.slice(0, 9).map((name, index) => `${index + 1} ${name}`);
    this.node = element(
      'section',
      { class: 'card stream', 'aria-labelledby': 'stream-heading' },
      element('h2', { id: 'stream-heading' }, 'Headlines'),
      this.#bar.node,
      this.#empty,
      this.#list.node,
      element(
        'details',
        { class: 'values-details stream-keys' },
        element('summary', {}, 'Keys'),
        element(
          'p',
          { id: 'list-keys' },
          'In the list: arrows move, Enter explains, O opens the article, P pauses, / goes to ' +
            `the search, and a digit gives the right class: ${digits.join(', ')}.`,
        ),
      ),
    );
    addEventListener('hashchange', () => this.#useAddress());
    this.#useAddress();
  }

  /** Draws the list at the next frame, after new headlines or after some time. */
  draw(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    requestAnimationFrame(() => {
      this.#isAsked = false;
      this.#draw();
    });
  }

  /** Processes that a source has sent something or has a new name. */
  heardSource(source: string, isNamed: boolean): void {
    this.#bar.heardSource(source, this.#options.nameOf(source));
    if (!isNamed) return;
    this.#isRenamed = true;
    this.draw();
  }

  /** Processes that a headline has a class. */
  heardClass(category: number): void {
    const { classes, classNames } = this.#options;
    if (category >= classes.length) this.#bar.heardClass(classNames[category] ?? '');
  }

  labelled(isIt: (headline: SeenHeadline) => boolean): void {
    this.#list.redraw(isIt);
  }

  get #isHeld(): boolean {
    const isSorted = this.#shown.filter.order === 'unsure';
    return this.#paused || this.#underPointer || (isSorted && this.#list.node.contains(document.activeElement));
  }

  #useAddress(): void {
    const filter = filterOf(location.hash);
    this.#bar.show(filter);
    this.#use(filter);
  }

  #use(filter: HeadlineFilter): void {
    this.#shown.use(filter, Date.now());
    this.#list.show(this.#shown.ring, false);
    this.#tell();
    const { size } = this.#options.ring;
    if (size > 0)
      setText(
        this.#options.announcer,
        `${formatCount(this.#shown.ring.size)} of ${formatCount(size)} headlines are shown.`,
      );
  }

  #rebuild(keepsPlace: boolean): void {
    this.#sortedAt = Date.now();
    this.#shown.rebuild(this.#sortedAt);
    this.#list.show(this.#shown.ring, keepsPlace);
    this.#list.wait(0);
    this.#tell();
  }

  #draw(): void {
    const now = Date.now();
    if (this.#isRenamed) this.#list.redrawAll();
    this.#isRenamed = false;
    const shown = this.#shown;
    const isSorted = shown.filter.order === 'unsure';
    if (this.#isHeld) {
      shown.wait(now);
      this.#list.wait(shown.waiting);
      this.#list.draw();
    } else if (isSorted) {
      // The list is sorted only if there are new headlines, and not for each headline.
      shown.wait(now);
      if (shown.waiting > 0 && now - this.#sortedAt >= SORT_MS) this.#rebuild(true);
      else if (shown.waiting > 0) setTimeout(() => this.draw(), SORT_MS);
    } else if (shown.waiting > 0 || shown.isStale(now)) this.#rebuild(true);
    else {
      shown.catchUp(now);
      this.#list.draw();
    }
    this.#tell();
  }

  #tell(): void {
    const { ring } = this.#options;
    const { ring: shown, waiting } = this.#shown;
    const count =
      shown.size === ring.size
        ? `${formatCount(shown.size)} shown`
        : `${formatCount(shown.size)} of ${formatCount(ring.size)} shown`;
    const state = this.#paused ? 'paused' : this.#underPointer ? 'held while the pointer is over the list' : '';
    this.#bar.tell([count, ...(waiting > 0 ? [`${formatCount(waiting)} new`] : []), state].filter(Boolean).join(' · '));
    this.#empty.hidden = shown.size > 0;
    setText(this.#empty, ring.size === 0 ? EMPTY : NONE_SHOWN);
  }

  #export(format: 'csv' | 'jsonl'): void {
    const { classes, classNames, labels } = this.#options;
    const exported = this.#shown.ring.fromTop().map((headline): ExportedHeadline => ({
      ...headline,
      class: classNames[headline.category] ?? '',
      label: classes[labels.of(headline) ?? -1],
    }));
    if (format === 'csv') download('headlines.csv', 'text/csv', csvOf(exported));
    else download('headlines.jsonl', 'application/x-ndjson', jsonLinesOf(exported));
  }
}
