/**
 * Which rows a direction of a recurrent layer takes through which steps.
 *
 * Rows stand in falling order of their number of steps, so those that take part in step s are always the first ones: a
 * step is a product over a block, and nothing past a row's end is computed. The pairs (step, row) are laid out one step
 * after the other; their number, N, is the number of cell evaluations.
 */
export interface Schedule {
  /** The row of the batch at each place, shape [B]. */
  readonly order: Int32Array;
  /** How many rows take part in each step, shape [S], falling. */
  readonly active: Int32Array;
  /** Where each step's pairs begin, shape [S + 1]; the last is N. */
  readonly offsets: Int32Array;
  /** What each pair reads and writes, as row · T + t, shape [N]; none occurs twice. */
  readonly index: Int32Array;
}

/**
 * The rows in falling order of their counts, those of one count in their own order; counted out, since counts are small
 * and this is done for every batch.
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
 * Lays out the steps of one direction.
 *
 * @param time the number of steps in the batch, T
 * @param counts how many steps each row takes, shape [B], at least 1
 * @param startOf the time that a row starts at
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

/** What of a layer is read: every output and the final state, or each row's output at its last token alone. */
export type Reading = 'all' | 'last';

/**
 * The schedules of a layer's directions, the forward one first.
 *
 * Packed, a row's steps are its own tokens. Over the padding, all rows take all T steps. Where only the output at the
 * last token is read, the forward direction stops there either way, and the reverse direction begins: packed, it is at
 * its first step there; over the padding, it has come from the end of the batch through the row's padding.
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
