/** What of a long list of equally high rows is to be seen. */
export interface Viewport {
  readonly scrollTop: number;
  readonly height: number;
  readonly rowHeight: number;
  /** How many rows there are. */
  readonly count: number;
}

/** The rows from `first` up to, and without, `end`. */
export interface RowRange {
  readonly first: number;
  readonly end: number;
}

/**
 * The rows that are to be drawn: those that can be seen, and some around them, so that scrolling does not show a gap.
 */
export const rowsToDraw = ({ scrollTop, height, rowHeight, count }: Viewport, around: number): RowRange => {
  const first = Math.floor(scrollTop / rowHeight) - around;
  const end = Math.ceil((scrollTop + height) / rowHeight) + around;
  const bounded = (row: number): number => Math.max(0, Math.min(count, row));
  return { first: bounded(first), end: bounded(end) };
};

/** How far to scroll so that a row can be seen whole: no further than it takes. */
export const scrollToRow = ({ scrollTop, height, rowHeight }: Viewport, row: number): number => {
  const top = row * rowHeight;
  if (top < scrollTop) return top;
  return Math.max(scrollTop, top + rowHeight - height);
};

/** How many rows fit whole, at least one. */
export const rowsAPage = ({ height, rowHeight }: Viewport): number => Math.max(1, Math.floor(height / rowHeight));

/**
 * How far to scroll when so many rows were put before the first: whoever reads further down goes on seeing the same
 * ones, and whoever is at the top sees the new ones.
 */
export const scrollAfterNew = (scrollTop: number, rowHeight: number, added: number): number =>
  scrollTop < rowHeight / 2 ? scrollTop : scrollTop + added * rowHeight;
