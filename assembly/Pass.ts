/**
 * One direction of a recurrent layer, forward or backward: the arguments of {@link forward} and {@link backward}.
 *
 * The rows are sorted by their number of steps, largest first, so the rows of step s are the first active[s] ones. The
 * pairs (step, row) are stored step after step; there are N of them. H is `units`, G is `gates`. All addresses are of
 * float32 values unless int32 is given.
 */
@unmanaged
export class Pass {
  /** The kind of cell, see {@link Cell}. */
  cell: i32;
  units: i32;
  gates: i32;
  /** The number of values per unit and step that are kept for the backward pass. */
  keeps: i32;
  steps: i32;
  batch: i32;
  /** The number of rows per task, for all their steps. */
  group: i32;
  /** 1 if the rows start from given states. If they start from zeros, the first step has no recurrent product. */
  fromState: i32;
  /** int32 [S]: the number of rows of each step, not increasing. */
  active: usize;
  /** int32 [S]: the offset of the first pair of each step. */
  offsets: usize;
  /** int32 [B]: the row of the batch at each place. */
  order: usize;
  /** int32 [N]: the row of `projection` of each pair; 0 if its rows are in the order of the pairs. */
  place: usize;
  /** int32 [N]: the row of `output` of each pair. */
  index: usize;
  /** a = x·W_ihᵀ + b_ih, rows of G·H. Only forward. */
  projection: usize;
  /** W_hhᵀ forward, W_hh backward, in panels; 0 if there is no recurrent product. */
  panels: usize;
  /** b_hh, [G·H]. Only forward. */
  bias: usize;
  /** [B, G·H]: u, the recurrent product of the current step. Only forward. */
  scratch: usize;
  /** [N, H]: the hidden state before each step; for the first step the initial state. */
  before: usize;
  /** [N, keeps·H], or 0 if no backward pass follows. */
  kept: usize;
  /** The final states, or their gradients. Those of row b are at b·finalStep. */
  final: usize;
  finalCell: usize;
  finalStep: i32;
  /**
   * The states after every step, or their gradients. Those of row r of `index` are at r·outputStep. 0 if not needed.
   */
  output: usize;
  outputStep: i32;
  /** [B, H]: forward the states of the cell, backward their gradients. Only for an LSTM. */
  states: usize;
  /** [B, H]: the initial states of the cell; 0 for zeros. Only forward. */
  firstStates: usize;
  /** [B, H]: the gradients of the hidden states. Only backward, like all fields below. */
  dStates: usize;
  /** [N, G·H]: the gradients of a and of u; the same address if the cell uses only the sum of a and u. */
  da: usize;
  du: usize;
}

/** The values of `Pass.cell`. */
export enum Cell {
  rnn,
  gru,
  lstm,
}
