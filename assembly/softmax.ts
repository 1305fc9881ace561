import { at } from './simd';

/** Arguments of {@link softmax} and {@link crossEntropy}: logits z, rows of `classes` values. */
@unmanaged
export class Softmax {
  logits: usize;
  /**
   * The address for the probabilities, or for cross-entropy for the gradient of the logits. Only for cross-entropy it
   * may be `logits`.
   */
  to: usize;
  rows: i32;
  classes: i32;
  /** The number of rows per task. */
  part: i32;
  /** int32 [rows]: the class of each row. Only for cross-entropy, like the next two fields. */
  labels: usize;
  /** [rows]: the share of each row in the loss. */
  shares: usize;
  /** The address for the loss. */
  loss: usize;
}

/** The largest logit of a row. */
function largestOf(row: usize, classes: i32): f64 {
  let largest = -f64.MAX_VALUE;
  for (let c = 0; c < classes; c++) largest = max(largest, <f64>f32.load(at(row, c)));
  return largest;
}

/**
 * Writes the probabilities of a row to `to`, p[c] = exp(z[c] − m) / Σ exp(z[j] − m), with m the largest logit of the
 * row. Returns log Σ exp(z[j] − m). Computed in float64, as in the other kernels.
 */
function normalize(row: usize, to: usize, classes: i32, largest: f64): f64 {
  let sum: f64 = 0;
  for (let c = 0; c < classes; c++) sum += Math.exp(<f64>f32.load(at(row, c)) - largest);
  for (let c = 0; c < classes; c++) f32.store(at(to, c), <f32>(Math.exp(<f64>f32.load(at(row, c)) - largest) / sum));
  return Math.log(sum);
}

/** The probabilities of logits. */
export function softmax(s: Softmax, task: i32): void {
  const end = min((task + 1) * s.part, s.rows);
  for (let i = task * s.part; i < end; i++) {
    const row = at(s.logits, i * s.classes);
    normalize(row, at(s.to, i * s.classes), s.classes, largestOf(row, s.classes));
  }
}

/**
 * loss = Σᵢ share[i] · (log Σⱼ exp(z[i, j] − m) − (z[i, label[i]] − m)), with m the largest logit of the row. Writes
 * its gradient, share[i] · (p[i, c] − [c = label[i]]), to `to`. It is a single task, which the calling thread does.
 */
export function crossEntropy(s: Softmax, _task: i32): void {
  let loss: f64 = 0;
  for (let i = 0; i < s.rows; i++) {
    const row = at(s.logits, i * s.classes);
    const share = <f64>f32.load(at(s.shares, i));
    const label = load<i32>(at(s.labels, i));
    const z = <f64>f32.load(at(row, label));
    const largest = largestOf(row, s.classes);
    // The difference of the two logits comes first: added to a large logit, the logarithm would be lost to rounding.
    const to = at(s.to, i * s.classes);
    loss += share * (normalize(row, to, s.classes, largest) - (z - largest));
    for (let c = 0; c < s.classes; c++)
      f32.store(at(to, c), <f32>(share * (<f64>f32.load(at(to, c)) - (c == label ? 1 : 0))));
  }
  f32.store(s.loss, <f32>loss);
}
