import { classMark } from '../elements/classMark.js';
import { element, setAttributes, setText } from '../elements/element.js';
import { formatCount, formatShare, formatTime } from '../elements/format.js';
import type { HeadlineRing } from './HeadlineRing.js';
import { rowsAPage, rowsToDraw, scrollAfterNew, scrollToRow, type Viewport } from './virtualRows.js';

/** What a list shows, and whom it tells. */
export interface HeadlineListOptions {
  readonly ring: HeadlineRing;
  readonly classes: readonly string[];
  /** Told the serial number of a headline that is chosen. */
  readonly chosen: (serial: number) => void;
}

/** How many rows are drawn beyond each edge. */
const AROUND = 6;

/**
 * The headlines, the newest first, of which only those that can be seen are drawn.
 *
 * A listbox: the list has the focus, and says which of its options is the active one. Arrows, Page Up and Down, Home
 * and End move it, Enter and Space choose it.
 *
 * @see ARIA Authoring Practices Guide, listbox pattern
 */
export class HeadlineList {
  readonly node: HTMLElement;
  readonly #options: HeadlineListOptions;
  readonly #list = element('div', {
    class: 'headlines',
    role: 'listbox',
    tabindex: 0,
    'aria-label': 'Headlines, the newest first',
  });
  /** As high as all rows together. */
  readonly #canvas = element('div', { class: 'headlines-canvas', role: 'presentation' });
  /** As high as one row, in whatever size of text. */
  readonly #rule = element('div', { class: 'headline headline-rule', 'aria-hidden': 'true' });
  readonly #newest = element('button', { type: 'button', class: 'newest', hidden: true });
  readonly #rows = new Map<number, HTMLElement>();
  #drawnEnd = 0;
  #unseen = 0;
  #active: number | undefined;
  #chosen: number | undefined;

  constructor(options: HeadlineListOptions) {
    this.#options = options;
    this.#list.append(this.#canvas);
    this.node = element('div', { class: 'headlines-frame' }, this.#list, this.#rule, this.#newest);
    this.#list.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    this.#list.addEventListener('keydown', (event) => this.#pressed(event));
    this.#list.addEventListener('click', ({ target }) => this.#clicked(target));
    this.#list.addEventListener('focus', () => {
      this.#active ??= this.#serialAt(Math.ceil(this.#list.scrollTop / this.#viewport().rowHeight));
      this.draw();
    });
    this.#newest.addEventListener('click', () => {
      this.#list.scrollTop = 0;
      this.#list.focus();
    });
    new ResizeObserver(() => this.draw()).observe(this.#list);
  }

  /** Draws what has come since it was drawn last. */
  draw(): void {
    const { ring } = this.#options;
    const added = ring.end - this.#drawnEnd;
    const before = this.#viewport();
    const kept = scrollAfterNew(before.scrollTop, before.rowHeight, added);
    this.#drawnEnd = ring.end;
    this.#canvas.style.height = `${ring.size * before.rowHeight}px`;
    if (kept !== before.scrollTop) {
      this.#list.scrollTop = kept;
      this.#unseen += added;
    }
    if (this.#list.scrollTop < before.rowHeight / 2) this.#unseen = 0;
    this.#newest.hidden = this.#unseen === 0;
    setText(this.#newest, `${formatCount(this.#unseen)} new – to the top`);
    if (this.#active !== undefined) this.#active = Math.max(this.#active, ring.first);
    this.#drawRows();
  }

  #viewport(): Viewport {
    return {
      scrollTop: this.#list.scrollTop,
      height: this.#list.clientHeight,
      rowHeight: this.#rule.offsetHeight || 40,
      count: this.#options.ring.size,
    };
  }

  /** The newest is in row 0. */
  #serialAt(row: number): number | undefined {
    const { ring } = this.#options;
    if (ring.size === 0) return undefined;
    return Math.max(ring.first, ring.end - 1 - row);
  }

  #rowOf(serial: number): number {
    return this.#options.ring.end - 1 - serial;
  }

  #scrolled(): void {
    if (this.#list.scrollTop < 1) this.#unseen = 0;
    this.#newest.hidden = this.#unseen === 0;
    this.#drawRows();
  }

  #drawRows(): void {
    const { ring } = this.#options;
    const viewport = this.#viewport();
    const { first, end } = rowsToDraw(viewport, AROUND);
    const wanted = new Set<number>();
    for (let row = first; row < end; row++) wanted.add(ring.end - 1 - row);
    // The active one is there wherever the list was scrolled to: the list names it by its id.
    if (this.#active !== undefined && ring.size > 0) wanted.add(this.#active);
    for (const [serial, row] of this.#rows) {
      if (wanted.has(serial)) continue;
      row.remove();
      this.#rows.delete(serial);
    }
    for (const serial of wanted) this.#place(serial, viewport);
    setAttributes(this.#list, {
      'aria-activedescendant': this.#active === undefined ? undefined : `headline-${this.#active}`,
    });
  }

  #place(serial: number, { rowHeight, count }: Viewport): void {
    const known = this.#rows.get(serial);
    const row = known ?? this.#make(serial);
    if (known === undefined) {
      this.#rows.set(serial, row);
      this.#canvas.append(row);
    }
    const number = this.#rowOf(serial);
    row.style.transform = `translateY(${number * rowHeight}px)`;
    setAttributes(row, {
      'aria-posinset': number + 1,
      'aria-setsize': count,
      'aria-selected': serial === this.#chosen ? 'true' : 'false',
      'data-active': serial === this.#active,
    });
  }

  #make(serial: number): HTMLElement {
    const { ring, classes } = this.#options;
    const headline = ring.at(serial);
    const row = element('div', { class: 'headline', role: 'option', id: `headline-${serial}`, 'data-serial': serial });
    if (headline === undefined) return row;
    const { title, category, probability, seen, unread } = headline;
    row.append(
      classMark(category),
      element('span', { class: 'headline-title', title }, title),
      element('span', { class: 'headline-class' }, classes[category] ?? 'unknown'),
      // A guess is no share of anything: nothing of the title was read.
      unread
        ? element(
            'span',
            { class: 'headline-share', title: 'The model knows no word of it: the class is a guess.' },
            'not read',
          )
        : element('span', { class: 'headline-share' }, formatShare(probability)),
      element('time', { class: 'headline-time', datetime: new Date(seen).toISOString() }, formatTime(seen)),
    );
    return row;
  }

  #pressed(event: KeyboardEvent): void {
    const { ring } = this.#options;
    if (ring.size === 0 || event.ctrlKey || event.metaKey || event.altKey) return;
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
    const to = moves[event.key];
    if (to !== undefined) this.#activate(this.#serialAt(Math.max(0, Math.min(ring.size - 1, to))));
    else if (event.key === 'Enter' || event.key === ' ') this.#choose(this.#active);
    else return;
    event.preventDefault();
  }

  #clicked(target: EventTarget | null): void {
    const row = target instanceof Element ? target.closest<HTMLElement>('[data-serial]') : null;
    if (row === null) return;
    const serial = Number(row.dataset['serial']);
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
    this.#chosen = serial;
    this.#drawRows();
    this.#options.chosen(serial);
  }
}
