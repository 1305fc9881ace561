/**
 * One direction of a recurrent layer, forward or backward: arguments of {@link forward} and {@link backward}.
 *
 * Rows stand in falling order of their number of steps, so those that take part in step s are the first active[s] ones; pairs (step, row)
 * stand one step after the other, N in all. H is `units`, G is `gates`. All addresses are of float32 values but where int32 is said.
 */
@unmanaged
export class Pass {
  /** Which cell: see {@link Cell}. */
  cell: i32;
  units: i32;
  gates: i32;
  /** How many values a unit and step are kept for the backward pass. */
  keeps: i32;
  steps: i32;
  batch: i32;
  /** How many rows a task takes through all their steps. */
  group: i32;
  /** 1 where the rows start from states given; from zeros the first step has no recurrent product. */
  fromState: i32;
  /** int32 [S]: how many rows take part in each step, falling. */
  active: usize;
  /** int32 [S]: where each step's pairs begin. */
  offsets: usize;
  /** int32 [B]: the row of the batch at each place. */
  order: usize;
  /** int32 [N]: the row of `projection` of each pair; 0 where they stand in the pairs' order. */
  place: usize;
  /** int32 [N]: the row of `output` of each pair. */
  index: usize;
  /** a = x·W_ihᵀ + b_ih, rows of G·H. Forward alone. */
  projection: usize;
  /** W_hhᵀ forward, W_hh backward, in panels; 0 where there is no recurrent product. */
  panels: usize;
  /** b_hh, [G·H]. Forward alone. */
  bias: usize;
  /** [B, G·H]: u, the recurrent product of the current step. Forward alone. */
  scratch: usize;
  /** [N, H]: the hidden state before each step; before the first, the initial ones. */
  before: usize;
  /** [N, keeps·H], or 0 where no backward pass will follow. */
  kept: usize;
  /** Final states, or their gradients: those of row b stand at b·finalStep. */
  final: usize;
  finalCell: usize;
  finalStep: i32;
  /** States after every step, or their gradients, those of row r of `index` at r·outputStep; 0 where nobody reads them. */
  output: usize;
  outputStep: i32;
  /** [B, H]: the cell's states forward, their gradients backward. LSTM alone. */
  states: usize;
  /** [B, H]: the cell's initial states; 0 for zeros. Forward alone. */
  firstStates: usize;
  /** [B, H]: the gradients of the hidden states. Backward alone, like all that follows. */
  dStates: usize;
  /** [N, G·H]: the gradients of a and of u; one address where a and u enter as their sum alone. */
  da: usize;
  du: usize;
}

/** The cells, as `Pass.cell` has them. */
export enum Cell {
  rnn,
  gru,
  lstm,
}
