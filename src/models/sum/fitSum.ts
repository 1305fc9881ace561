/** The input of `fitSum`: the logits of both models for the same rows, row-major, shape [B, C]. */
export interface SumInput {
  readonly network: ArrayLike<number>;
  readonly linear: ArrayLike<number>;
  /** Each row's class index, shape [B]. */
  readonly labels: ArrayLike<number>;
}

/** The weights of a sum. */
export interface SumWeights {
  readonly networkWeight: number;
  readonly linearWeight: number;
}

/** The mean loss, its gradient with respect to both weights, and its Hessian. */
interface Curve {
  readonly loss: number;
  readonly gradient: readonly [number, number];
  readonly hessian: readonly [number, number, number];
}

const ITERATIONS = 30;
/** A penalty on the weights, so that they stay finite where a model is correct on every row. */
const PENALTY = 1e-3;

const curveAt = (u: number, v: number, { network, linear, labels }: SumInput, classes: number): Curve => {
  const rows = labels.length;
  let loss = 0;
  let [gu, gv, huu, huv, hvv] = [0, 0, 0, 0, 0];
  const p = new Float64Array(classes);
  for (let row = 0; row < rows; row++) {
    const start = row * classes;
    let most = -Infinity;
    for (let c = 0; c < classes; c++) {
      p[c] = u * network[start + c]! + v * linear[start + c]!;
      most = Math.max(most, p[c]!);
    }
    const label = labels[row]!;
    const own = p[label]! - most;
    let sum = 0;
    for (let c = 0; c < classes; c++) sum += p[c] = Math.exp(p[c]! - most);
    let [mu, mv, muu, muv, mvv] = [0, 0, 0, 0, 0];
    for (let c = 0; c < classes; c++) {
      const share = p[c]! / sum;
      const [x, y] = [network[start + c]!, linear[start + c]!];
      mu += share * x;
      mv += share * y;
      muu += share * x * x;
      muv += share * x * y;
      mvv += share * y * y;
    }
    loss += Math.log(sum) - own;
    gu += mu - network[start + label]!;
    gv += mv - linear[start + label]!;
    huu += muu - mu * mu;
    huv += muv - mu * mv;
    hvv += mvv - mv * mv;
  }
  return {
    loss: loss / rows + (PENALTY / 2) * (u * u + v * v),
    gradient: [gu / rows + PENALTY * u, gv / rows + PENALTY * v],
    hessian: [huu / rows + PENALTY, huv / rows, hvv / rows + PENALTY],
  };
};

/**
 * Finds the weights u and v of the sum u · network + v · linear of two models' logits that maximize the likelihood of
 * the labels, by Newton's method. The loss is convex in both weights.
 *
 * Use validation rows as its input. The fit also calibrates the sum.
 *
 * @throws HeadwaterError `HW_USAGE` when an argument is missing or has another type
 *
 * @example
 * ```ts
 * import { fitSum } from 'headwater';
 * const logits = [2, 0, 0, 2, 1, 0];
 * const { networkWeight, linearWeight } = fitSum({ network: logits, linear: logits, labels: [0, 1, 1] });
 * networkWeight === linearWeight; // true: neither knows more than the other
 * ```
 */
export const fitSum = (input: SumInput): SumWeights => {
  checkArgument('fitSum', 'input', input, 'the logits of both models, and the labels', ['network']);

  const classes = input.network.length / input.labels.length;
  let [u, v] = [0.5, 0.5];
  let curve = curveAt(u, v, input, classes);
  for (let i = 0; i < ITERATIONS; i++) {
    const [gu, gv] = curve.gradient;
    const [huu, huv, hvv] = curve.hessian;
    const determinant = huu * hvv - huv * huv;
    if (!(determinant > 0) || Math.abs(gu) + Math.abs(gv) < 1e-9) break;
    const [du, dv] = [(hvv * gu - huv * gv) / determinant, (huu * gv - huv * gu) / determinant];
    let step = 1;
    let next = curveAt(u - du, v - dv, input, classes);
    while (!(next.loss <= curve.loss) && step > 1e-4) {
      step /= 2;
      next = curveAt(u - step * du, v - step * dv, input, classes);
    }
    if (!(next.loss <= curve.loss)) break;
    [u, v, curve] = [u - step * du, v - step * dv, next];
  }
  return { networkWeight: u, linearWeight: v };
};
import { checkArgument } from '../../contracts/checkArgument.js';
