import { at } from './simd';

/** Arguments of {@link softmax} and {@link crossEntropy}: logits z, rows of `classes` values. */
@unmanaged
export class Softmax {
  logits: usize;
  /** Where the probabilities go, or for cross-entropy the gradient of the logits: for the latter alone it may be `logits`. */
  to: usize;
  rows: i32;
  classes: i32;
  /** How many rows a task takes. */
  part: i32;
  /** int32 [rows]: each row's class. Cross-entropy alone, like the two after it. */
  labels: usize;
  /** [rows]: each row's share of the loss. */
  shares: usize;
  /** Where the loss goes. */
  loss: usize;
}

/** The largest of a row's logits. */
function largestOf(row: usize, classes: i32): f64 {
  let largest = -f64.MAX_VALUE;
  for (let c = 0; c < classes; c++) largest = max(largest, <f64>f32.load(at(row, c)));
  return largest;
}

/** Puts a row's probabilities at `to`, p[c] = exp(z[c] − m) / Σ exp(z[j] − m), with m the largest of them; returns log Σ exp(z[j] − m). In float64, as the other kernels compute it. */
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

/** loss = Σᵢ share[i] · (log Σⱼ exp(z[i, j] − m) − (z[i, label[i]] − m)), with m the row's largest logit; puts its gradient, share[i] · (p[i, c] − [c = label[i]]), at `to`. One task, which the calling thread does. */
export function crossEntropy(s: Softmax, _task: i32): void {
  let loss: f64 = 0;
  for (let i = 0; i < s.rows; i++) {
    const row = at(s.logits, i * s.classes);
    const share = <f64>f32.load(at(s.shares, i));
    const label = load<i32>(at(s.labels, i));
    const z = <f64>f32.load(at(row, label));
    const largest = largestOf(row, s.classes);
    // The difference of two logits first: beside a large logit the logarithm would be lost.
    const to = at(s.to, i * s.classes);
    loss += share * (normalize(row, to, s.classes, largest) - (z - largest));
    for (let c = 0; c < s.classes; c++) f32.store(at(to, c), <f32>(share * (<f64>f32.load(at(to, c)) - (c == label ? 1 : 0))));
  }
  f32.store(s.loss, <f32>loss);
}
