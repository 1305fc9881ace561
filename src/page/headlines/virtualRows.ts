/** The visible part of a long list of rows with equal height. */
export interface Viewport {
  readonly scrollTop: number;
  readonly height: number;
  readonly rowHeight: number;
  readonly count: number;
}

/** The rows from `first` (inclusive) to `end` (exclusive). */
export interface RowRange {
  readonly first: number;
  readonly end: number;
}

/** The rows to draw: the visible rows, and some around them, so that scrolling shows no gap. */
export const rowsToDraw = ({ scrollTop, height, rowHeight, count }: Viewport, around: number): RowRange => {
  const first = Math.floor(scrollTop / rowHeight) - around;
  const end = Math.ceil((scrollTop + height) / rowHeight) + around;
  const bounded = (row: number): number => Math.max(0, Math.min(count, row));
  return { first: bounded(first), end: bounded(end) };
};

/** The scroll position at which a row is completely visible, with the smallest change. */
export const scrollToRow = ({ scrollTop, height, rowHeight }: Viewport, row: number): number => {
  const top = row * rowHeight;
  if (top < scrollTop) return top;
  return Math.max(scrollTop, top + rowHeight - height);
};

/** The number of completely visible rows, at least one. */
export const rowsAPage = ({ height, rowHeight }: Viewport): number => Math.max(1, Math.floor(height / rowHeight));

/**
 * The scroll position after rows were added before the first row. A reader further down continues to see the same rows;
 * a reader at the top sees the new rows.
 *
 * @param isHeld whether a reader at the top continues to see the same rows too
 */
export const scrollAfterNew = (scrollTop: number, rowHeight: number, added: number, isHeld = false): number =>
  scrollTop < rowHeight / 2 && !isHeld ? scrollTop : scrollTop + added * rowHeight;
