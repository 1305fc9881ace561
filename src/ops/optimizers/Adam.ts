import { checkArgument } from '../../contracts/checkArgument.js';
import { tensor, tidy, util, variable, zeros } from '@tensorflow/tfjs-core';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { checkNumber, checkOptions } from '../../contracts/checkOption.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { StateDict, Weight } from '../../contracts/models/StateDict.js';
import { adamInputs, adamUpdateOp } from '../internal/adamUpdate.js';
import { copyWeight } from '../internal/copyWeight.js';
import { stepOf, stepWeight } from './internal/stepCount.js';

/** The constants of {@link Adam}. */
export interface AdamOptions {
  /** The decay of the mean of the gradients, in [0, 1). Default 0.9. */
  readonly beta1?: number | undefined;
  /** The decay of the mean of the squared gradients, in [0, 1). Default 0.999. */
  readonly beta2?: number | undefined;
  /** Added to the square root of the second moment to avoid division by zero; positive. Default 1e-8. */
  readonly epsilon?: number | undefined;
  /**
   * The weight decay: each step subtracts this share of a weight, times the learning rate; finite and not negative.
   * Above 0 the optimizer is AdamW, as `torch.optim.AdamW`. Default 0.
   */
  readonly weightDecay?: number | undefined;
}

interface Slot {
  readonly weight: Variable;
  readonly m: Variable;
  readonly v: Variable;
}

/** The suffix of each moment's name in a state: PyTorch's names, after the name of the weight. */
const MOMENTS = [
  ['m', 'exp_avg'],
  ['v', 'exp_avg_sq'],
] as const;

/**
 * The optimizer Adam, with the same steps as PyTorch: ε is added to the square root of the bias-corrected second
 * moment.
 *
 * It updates the given weights, and stores two moments for each: 8 bytes per value, twice the memory of the weights. A
 * weight whose gradient has always been zero, such as the embedding of the padding token, does not change. Create it,
 * call `step` and dispose of it while the backend of the weights is the current one. On the embedded backend a step
 * writes into the buffers of the weights. Do not keep another tensor that shares these buffers (a clone or a reshape)
 * across a step.
 *
 * @see D. P. Kingma and J. Ba, Adam: a method for stochastic optimization. ICLR 2015.
 * @see I. Loshchilov and F. Hutter, Decoupled weight decay regularization. ICLR 2019.
 *
 * @example
 * ```ts
 * import { Adam, registerBackend } from 'headwater';
 * import * as tf from '@tensorflow/tfjs-core';
 * registerBackend();
 * await tf.setBackend('headwater');
 * const weight = tf.variable(tf.tensor1d([1]));
 * const adam = new Adam(new Map([['weight', weight]]));
 * tf.tidy(() => adam.step(new Map([['weight', tf.tensor1d([0.3])]]), 0.1));
 * weight.dataSync(); // 0.9: the first step is the learning rate, against the gradient's sign
 * ```
 */
export class Adam {
  readonly #slots: ReadonlyMap<string, Slot>;
  readonly #constants: Readonly<Record<keyof AdamOptions, number>>;
  #step = 0;

  /**
   * @param weights the weights to optimize, by name
   * @throws HeadwaterError `HW_USAGE` when a constant is out of its range
   */
  constructor(weights: ReadonlyMap<string, Variable>, options: AdamOptions = {}) {
    checkOptions('Adam', options, 'weights, { beta1: 0.9 }');
    checkArgument('Adam', 'weights', weights, 'a map from names to variables', [Symbol.iterator]);

    const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 } = options;
    checkNumber('Adam', 'beta1', beta1, { from: 0, below: 1 });
    checkNumber('Adam', 'beta2', beta2, { from: 0, below: 1 });
    checkNumber('Adam', 'epsilon', epsilon, { above: 0 });
    checkNumber('Adam', 'weightDecay', weightDecay, { from: 0 });
    this.#constants = { beta1, beta2, epsilon, weightDecay };
    this.#slots = new Map(
      Array.from(weights, ([name, weight]) => {
        const moment = (): Variable => tidy(() => variable(zeros(weight.shape), false));
        return [name, { weight, m: moment(), v: moment() }];
      }),
    );
  }

  /**
   * Makes one step. Every weight needs a gradient.
   *
   * @param gradients by the names of the weights; they are not changed
   * @param learningRate the step size, finite and not negative
   * @throws HeadwaterError `HW_USAGE` when a gradient is missing or of another shape; then no weight has changed
   */
  step(gradients: ReadonlyMap<string, Tensor>, learningRate: number): void {
    if (!(learningRate >= 0 && learningRate < Infinity))
      throw new HeadwaterError(
        'HW_USAGE',
        `Adam was given the learning rate ${learningRate}. It must be finite and not negative.`,
      );
    const updates = Array.from(this.#slots, ([name, { weight, m, v }]) => {
      const gradient = gradients.get(name);
      if (gradient === undefined || !util.arraysEqual(gradient.shape, weight.shape)) {
        const given = gradient === undefined ? 'none' : `[${gradient.shape.join(', ')}]`;
        throw new HeadwaterError(
          'HW_USAGE',
          `Adam needs a gradient of shape [${weight.shape.join(', ')}] ` +
            `for the weight "${name}", but was given ${given}.`,
        );
      }
      return { weight, gradient, m, v };
    });
    this.#step += 1;
    tidy(() => {
      const after = adamUpdateOp.run(adamInputs<Tensor>(updates), {
        ...this.#constants,
        learningRate,
        step: this.#step,
      });
      if (after.length > 0)
        updates.flatMap(({ weight, m, v }) => [weight, m, v]).forEach((old, i) => old.assign(after[i]!));
    });
  }

  /**
   * A copy of the state: `step`, a scalar, and for each weight `<name>.exp_avg` and `<name>.exp_avg_sq`, PyTorch's
   * names.
   */
  stateDict(): StateDict {
    const { step, moments } = this.state;
    return new Map([
      ['step', step],
      ...Array.from(moments, ([name, moment]): [string, Weight] => [name, copyWeight(moment)]),
    ]);
  }

  /**
   * The state without copies, for a device whose values can only be read asynchronously.
   *
   * @internal
   */
  get state(): { readonly step: Weight; readonly moments: ReadonlyMap<string, Variable> } {
    const moments = Array.from(this.#slots, ([name, slot]) =>
      MOMENTS.map(([key, suffix]): [string, Variable] => [`${name}.${suffix}`, slot[key]]),
    );
    return { step: stepWeight(this.#step), moments: new Map(moments.flat()) };
  }

  /**
   * Replaces the state by a copy of the given one.
   *
   * @throws HeadwaterError `HW_ARTIFACT` when a name, a shape or a number of values does not fit; the state is then
   *   unchanged
   */
  loadStateDict(state: StateDict): void {
    const step = stepOf(state.get('step'), 'the optimizer');
    const replacements = Array.from(this.#slots, ([name, slot]) =>
      MOMENTS.map(([key, suffix]) => {
        const { shape, data } = state.get(`${name}.${suffix}`) ?? {};
        const wanted = slot[key].shape.join(', ');
        if (shape === undefined || data === undefined || shape.join(', ') !== wanted) {
          const got = shape === undefined ? 'missing' : `[${shape.join(', ')}]`;
          throw new HeadwaterError(
            'HW_ARTIFACT',
            `The optimizer state does not fit: "${name}.${suffix}" should be of shape [${wanted}], but is ${got}.`,
          );
        }
        if (data.length !== slot[key].size)
          throw new HeadwaterError(
            'HW_ARTIFACT',
            `The optimizer state does not fit: "${name}.${suffix}" should ` +
              `have ${slot[key].size} values, but has ${data.length}.`,
          );
        return { moment: slot[key], data };
      }),
    ).flat();
    if (state.size !== replacements.length + 1)
      throw new HeadwaterError(
        'HW_ARTIFACT',
        `The optimizer state does not fit: it has ${state.size} ` +
          `entries, but this optimizer ${replacements.length + 1}.`,
      );
    this.#step = step;
    for (const { moment, data } of replacements)
      tidy(() => moment.assign(tensor(Float32Array.from(data), moment.shape)));
  }

  /**
   * Sets the moments of some rows of a weight to zero, as if these rows had never had a gradient.
   *
   * @param name the weight, of shape [R, …]
   * @param rows the indices of the rows, below R
   * @throws HeadwaterError `HW_USAGE` when the optimizer has no weight of that name
   */
  forgetRows(name: string, rows: readonly number[]): void {
    const slot = this.#slots.get(name);
    if (slot === undefined)
      throw new HeadwaterError(
        'HW_USAGE',
        `Adam optimizes no weight "${name}". Name one of ${[...this.#slots.keys()].join(', ')}.`,
      );
    for (const moment of [slot.m, slot.v]) {
      const known = moment.dataSync<'float32'>();
      const width = known.length / moment.shape[0];
      // Most rows never had a gradient. Then nothing is written, and the moment stays in the memory of the kernels.
      if (rows.every((row) => known.subarray(row * width, (row + 1) * width).every((value) => value === 0))) continue;
      const data = new Float32Array(known);
      for (const row of rows) data.fill(0, row * width, (row + 1) * width);
      tidy(() => moment.assign(tensor(data, moment.shape)));
    }
  }

  /** Frees the moments, not the weights. */
  dispose(): void {
    for (const { m, v } of this.#slots.values()) {
      m.dispose();
      v.dispose();
    }
  }
}
