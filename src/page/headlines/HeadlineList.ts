import { element, setAttributes, setText } from '../elements/element.js';
import { formatCount } from '../elements/format.js';
import type { HeadlineRing, SeenHeadline } from './HeadlineRing.js';
import { articleOf, headlineCells, type RowStyle } from './headlineRow.js';
import { rowsAPage, rowsToDraw, scrollAfterNew, scrollToRow, type Viewport } from './virtualRows.js';

/** The content of a list, and its callbacks. */
export interface HeadlineListOptions extends RowStyle {
  readonly ring: HeadlineRing;
  /** How many classes, from the first, can be assigned. */
  readonly labels: number;
  /** Called with a chosen headline. */
  readonly chosen: (headline: SeenHeadline) => void;
  /** Called when the reader assigns this class to a headline. */
  readonly labelled: (headline: SeenHeadline, category: number) => void;
  /** Called with whether the pointer is over the list. Rows must then not move. */
  readonly held: (held: boolean) => void;
  /** Called when the reader wants to see the waiting headlines. */
  readonly wanted: () => void;
  /** Further keys while the list has the focus. */
  readonly keys: Readonly<Record<string, () => void>>;
}

/** The number of rows that are drawn beyond each edge of the visible area. */
const AROUND = 6;

/** The maximum time between the end of a touch and the click that it causes. Milliseconds. */
const TOUCH_MS = 400;

/**
 * The list of headlines, the newest first. Only the visible rows are drawn.
 *
 * It is a grid: it has the focus and names its active row. Arrows, Page Up and Down, Home and End move the active row.
 * Enter and Space choose it, O opens its article, and a digit assigns the class with that number.
 *
 * @see ARIA Authoring Practices Guide, grid pattern
 */
export class HeadlineList {
  readonly node: HTMLElement;
  readonly #options: HeadlineListOptions;
  readonly #list = element('div', {
    class: 'headlines',
    role: 'grid',
    tabindex: 0,
    'aria-label': 'Headlines',
    'aria-describedby': 'list-keys',
  });
  /** Has the height of all rows together. */
  readonly #canvas = element('div', { class: 'headlines-canvas', role: 'rowgroup' });
  /** Has the height of one row, in any text size. */
  readonly #rule = element('div', { class: 'headline headline-rule', 'aria-hidden': 'true' });
  readonly #newest = element('button', { type: 'button', class: 'newest', hidden: true });
  readonly #rows = new Map<number, HTMLElement>();
  #ring: HeadlineRing;
  #drawnEnd = 0;
  /** The number of new headlines above the visible rows. */
  #unseen = 0;
  /** The number of headlines that are not in the ring yet. */
  #waiting = 0;
  #active: number | undefined;
  /** Whether the reader has moved to a row below the first one with a key. This row then stays where it is. */
  #isKeyed = false;
  #chosen: number | undefined;

  constructor(options: HeadlineListOptions) {
    this.#options = options;
    this.#ring = options.ring;
    this.#list.append(this.#canvas);
    this.node = element('div', { class: 'headlines-frame' }, this.#newest, this.#list, this.#rule);
    this.#list.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    this.#list.addEventListener('keydown', (event) => this.#pressed(event));
    this.#list.addEventListener('click', ({ target }) => this.#clicked(target));
    this.#list.addEventListener('blur', () => (this.#isKeyed = false));
    this.#list.addEventListener('focus', () => {
      this.#active ??= this.#serialAt(Math.ceil(this.#list.scrollTop / this.#viewport().rowHeight));
      this.draw();
    });
    this.#newest.addEventListener('click', () => {
      options.wanted();
      this.#isKeyed = false;
      this.#list.scrollTop = 0;
      this.#list.focus();
    });
    this.#holdUnderPointer();
    new ResizeObserver(() => this.draw()).observe(this.#list);
  }

  /**
   * Shows the headlines of another ring. The active and the chosen headline stay active and chosen if the ring contains
   * them.
   *
   * @param keepsPlace whether the same headlines stay visible; otherwise the list scrolls to the top
   */
  show(ring: HeadlineRing, keepsPlace: boolean): void {
    const serialIn = (serial: number | undefined): number | undefined => {
      const headline = serial === undefined ? undefined : this.#ring.at(serial);
      return headline === undefined ? undefined : ring.serialOf(headline.ordinal);
    };
    const { scrollTop, rowHeight } = this.#viewport();
    const row = Math.floor(scrollTop / rowHeight);
    const stays = keepsPlace && (row > 0 || this.#isKeyed) ? serialIn(this.#serialAt(row)) : undefined;
    this.#active = serialIn(this.#active);
    this.#chosen = serialIn(this.#chosen);
    this.#ring = ring;
    for (const drawn of this.#rows.values()) drawn.remove();
    this.#rows.clear();
    this.#drawnEnd = ring.end;
    this.#unseen = 0;
    this.#canvas.style.height = `${ring.size * rowHeight}px`;
    this.#list.scrollTop = stays === undefined ? 0 : this.#rowOf(stays) * rowHeight + (scrollTop % rowHeight);
    this.draw();
  }

  /** Shows how many headlines are not in the ring yet, while the list is held. */
  wait(waiting: number): void {
    this.#waiting = waiting;
    this.#showNewest();
  }

  /** Redraws headlines that were labelled. */
  redraw(isIt: (headline: SeenHeadline) => boolean): void {
    for (const [serial, row] of this.#rows) {
      const headline = this.#ring.at(serial);
      if (headline !== undefined && isIt(headline)) row.replaceChildren(...headlineCells(headline, this.#options));
    }
  }

  /** Redraws all rows, because a source has a new name. */
  redrawAll(): void {
    for (const row of this.#rows.values()) row.remove();
    this.#rows.clear();
    this.#drawRows();
  }

  /** Makes the row below the active row active, if there is one. */
  next(): void {
    if (this.#active !== undefined && this.#active > this.#ring.first) this.#activate(this.#active - 1);
  }

  /** Draws the headlines that were added since the last call. */
  draw(): void {
    const ring = this.#ring;
    const added = ring.end - this.#drawnEnd;
    const before = this.#viewport();
    const kept = scrollAfterNew(before.scrollTop, before.rowHeight, added, this.#isKeyed);
    this.#drawnEnd = ring.end;
    this.#canvas.style.height = `${ring.size * before.rowHeight}px`;
    setAttributes(this.#list, { 'aria-rowcount': ring.size });
    if (kept !== before.scrollTop) {
      this.#list.scrollTop = kept;
      this.#unseen += added;
    }
    if (this.#list.scrollTop < before.rowHeight / 2) this.#unseen = 0;
    this.#showNewest();
    if (this.#active !== undefined) this.#active = Math.max(this.#active, ring.first);
    this.#drawRows();
  }

  #showNewest(): void {
    const count = this.#unseen + this.#waiting;
    this.#newest.hidden = count === 0;
    setText(this.#newest, `${formatCount(count)} new – to the top`);
  }

  /** Holds the list under the pointer. If rows moved, the reader could click the wrong headline. */
  #holdUnderPointer(): void {
    const { held } = this.#options;
    let leaving: ReturnType<typeof setTimeout> | undefined;
    const hold = (): void => {
      clearTimeout(leaving);
      held(true);
    };
    const release = (): void => {
      clearTimeout(leaving);
      held(false);
    };
    this.node.addEventListener('pointerenter', hold);
    this.node.addEventListener('pointerleave', ({ pointerType }) => {
      if (pointerType === 'mouse') release();
      else leaving = setTimeout(release, TOUCH_MS);
    });
  }

  #viewport(): Viewport {
    return {
      scrollTop: this.#list.scrollTop,
      height: this.#list.clientHeight,
      rowHeight: this.#rule.offsetHeight || 40,
      count: this.#ring.size,
    };
  }

  /** The last headline of the ring is in row 0. */
  #serialAt(row: number): number | undefined {
    const ring = this.#ring;
    if (ring.size === 0) return undefined;
    return Math.max(ring.first, ring.end - 1 - row);
  }

  #rowOf(serial: number): number {
    return this.#ring.end - 1 - serial;
  }

  #scrolled(): void {
    if (this.#list.scrollTop < 1) this.#unseen = 0;
    this.#showNewest();
    this.#drawRows();
  }

  #drawRows(): void {
    const ring = this.#ring;
    const viewport = this.#viewport();
    const { first, end } = rowsToDraw(viewport, AROUND);
    const wanted = new Set<number>();
    for (let row = first; row < end; row++) wanted.add(ring.end - 1 - row);
    // The active row exists at every scroll position, because the list refers to it by its id.
    if (this.#active !== undefined && ring.size > 0) wanted.add(this.#active);
    for (const [serial, row] of this.#rows) {
      if (wanted.has(serial)) continue;
      row.remove();
      this.#rows.delete(serial);
    }
    // The order in the document is the visible order, for screen readers.
    let place = this.#canvas.firstElementChild;
    for (const serial of [...wanted].sort((a, b) => b - a)) {
      const row = this.#place(serial, viewport);
      if (row === place) place = row.nextElementSibling;
      else this.#canvas.insertBefore(row, place);
    }
    setAttributes(this.#list, {
      'aria-activedescendant': this.#active === undefined ? undefined : `headline-${this.#active}`,
    });
  }

  #place(serial: number, { rowHeight }: Viewport): HTMLElement {
    const known = this.#rows.get(serial);
    const row = known ?? this.#make(serial);
    if (known === undefined) this.#rows.set(serial, row);
    const number = this.#rowOf(serial);
    row.style.transform = `translateY(${number * rowHeight}px)`;
    setAttributes(row, {
      'aria-rowindex': number + 1,
      'aria-selected': serial === this.#chosen ? 'true' : 'false',
      'data-active': serial === this.#active,
    });
    return row;
  }

  #make(serial: number): HTMLElement {
    const headline = this.#ring.at(serial);
    const row = element('div', { class: 'headline', role: 'row', id: `headline-${serial}`, 'data-serial': serial });
    if (headline !== undefined) row.append(...headlineCells(headline, this.#options));
    return row;
  }

  #pressed(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (this.#move(event.key) || this.#act(event.key)) event.preventDefault();
  }

  /** Moves the active row with a key; returns whether the key does this. */
  #move(key: string): boolean {
    const ring = this.#ring;
    if (ring.size === 0) return false;
    const at = this.#rowOf(this.#active ?? ring.end - 1);
    const page = rowsAPage(this.#viewport());
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: ring.size - 1,
    };
    const to = moves[key];
    if (to === undefined) return false;
    const row = Math.max(0, Math.min(ring.size - 1, to));
    this.#isKeyed = row > 0;
    this.#activate(this.#serialAt(row));
    return true;
  }

  /** Runs the action of a key; returns whether the key has one. */
  #act(key: string): boolean {
    const { labels, keys, labelled } = this.#options;
    const further = keys[key];
    if (further !== undefined) {
      further();
      return true;
    }
    const headline = this.#active === undefined ? undefined : this.#ring.at(this.#active);
    if (headline === undefined) return false;
    if (key === 'Enter' || key === ' ') this.#choose(this.#active);
    else if (key === 'o') {
      const article = articleOf(headline.link);
      if (article !== undefined) open(article, '_blank', 'noopener,noreferrer');
    } else if (/^[1-9]$/.test(key) && Number(key) <= labels) labelled(headline, Number(key) - 1);
    else return false;
    return true;
  }

  #clicked(target: EventTarget | null): void {
    // A click on a link only follows the link.
    if (!(target instanceof Element) || target.closest('a') !== null) return;
    const row = target.closest<HTMLElement>('[data-serial]');
    if (row === null) return;
    const serial = Number(row.dataset['serial']);
    this.#isKeyed = false;
    this.#active = serial;
    this.#choose(serial);
  }

  #activate(serial: number | undefined): void {
    if (serial === undefined) return;
    this.#active = serial;
    this.#list.scrollTop = scrollToRow(this.#viewport(), this.#rowOf(serial));
    this.#drawRows();
  }

  #choose(serial: number | undefined): void {
    if (serial === undefined) return;
    const headline = this.#ring.at(serial);
    this.#chosen = serial;
    this.#drawRows();
    if (headline !== undefined) this.#options.chosen(headline);
  }
}
