/**
 * The rows that take part in each step of one direction of a recurrent layer.
 *
 * The rows are sorted by their number of steps, largest first. So the rows of a step are always the first ones: a step
 * is a product over a block, and nothing past the end of a row is computed. The pairs (step, row) are stored step after
 * step. Their number, N, is the number of cell evaluations.
 */
export interface Schedule {
  /** The row of the batch at each place, shape [B]. */
  readonly order: Int32Array;
  /** The number of rows of each step, shape [S], not increasing. */
  readonly active: Int32Array;
  /** The offset of the first pair of each step, shape [S + 1]; the last is N. */
  readonly offsets: Int32Array;
  /** The position that each pair reads and writes, row · T + t, shape [N], without duplicates. */
  readonly index: Int32Array;
}

/**
 * The rows in falling order of their counts; rows of equal counts keep their order. It is a counting sort, since counts
 * are small and every batch is sorted.
 */
const inFallingOrder = (counts: Int32Array, most: number): Int32Array => {
  const starts = new Int32Array(most + 2);
  for (const count of counts) starts[count]!++;
  let before = 0;
  for (let count = most; count >= 0; count--) {
    const rows = starts[count]!;
    starts[count] = before;
    before += rows;
  }
  const order = new Int32Array(counts.length);
  for (let row = 0; row < counts.length; row++) order[starts[counts[row]!]!++] = row;
  return order;
};

/**
 * Makes the schedule of one direction.
 *
 * @param time the number of steps in the batch, T
 * @param counts the number of steps of each row, shape [B], at least 1
 * @param startOf the time of the first step of a row
 * @param stride 1 forwards in time, -1 backwards
 */
export const schedule = (
  time: number,
  counts: Int32Array,
  startOf: (row: number) => number,
  stride: 1 | -1,
): Schedule => {
  const order = inFallingOrder(counts, time);
  const steps = counts[order[0]!]!;
  const active = new Int32Array(steps);
  const offsets = new Int32Array(steps + 1);
  const index = new Int32Array(counts.reduce((sum, count) => sum + count, 0));
  let rows = order.length;
  for (let step = 0, at = 0; step < steps; step++) {
    while (counts[order[rows - 1]!]! <= step) rows--;
    active[step] = rows;
    for (let place = 0; place < rows; place++, at++) {
      const row = order[place]!;
      index[at] = row * time + startOf(row) + stride * step;
    }
    offsets[step + 1] = at;
  }
  return { order, active, offsets, index };
};

/**
 * The part of the results of a layer that is needed: every output and the final state, or only the output of each row
 * at its last token.
 */
export type Reading = 'all' | 'last';

/**
 * The schedules of the directions of a layer, the forward one first.
 *
 * Without `overPadding`, the steps of a row are its own tokens. With it, all rows take all T steps. If only the output
 * at the last token is needed, the forward direction stops there in both cases. The reverse direction takes one step,
 * its first, without `overPadding`. With it, it also takes the steps from the end of the batch through the padding of
 * the row.
 */
export const layerSchedules = (
  lengths: Int32Array,
  time: number,
  directions: number,
  overPadding: boolean,
  reading: Reading,
): readonly Schedule[] => {
  const everyStep = lengths.map(() => time);
  const forward = schedule(time, overPadding && reading === 'all' ? everyStep : lengths, () => 0, 1);
  if (directions === 1) return [forward];
  const counts = {
    all: overPadding ? everyStep : lengths,
    last: overPadding ? lengths.map((length) => time - length + 1) : lengths.map(() => 1),
  }[reading];
  return [forward, schedule(time, counts, (row) => (overPadding ? time : lengths[row]!) - 1, -1)];
};
