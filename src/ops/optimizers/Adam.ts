import { checkArgument } from '../../contracts/checkArgument.js';
import { tensor, tidy, util, variable, zeros } from '@tensorflow/tfjs-core';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { checkNumber } from '../../contracts/checkOption.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { StateDict, Weight } from '../../contracts/models/StateDict.js';
import { adamInputs, adamUpdateOp } from '../internal/adamUpdate.js';
import { copyWeight } from '../internal/copyWeight.js';
import { stepOf, stepWeight } from './internal/stepCount.js';

/** The constants of {@link Adam}. */
export interface AdamOptions {
  /** How much of the mean of the gradients each step keeps, in [0, 1). Default 0.9. */
  readonly beta1?: number | undefined;
  /** How much of the mean of their squares each step keeps, in [0, 1). Default 0.999. */
  readonly beta2?: number | undefined;
  /** Added to the root of the second, so that nothing is divided by zero; positive. Default 1e-8. */
  readonly epsilon?: number | undefined;
  /**
   * The share of a weight that each step takes away, as a multiple of the learning rate; finite and not negative. Above
   * 0 the optimizer is AdamW, as `torch.optim.AdamW`. Default 0.
   */
  readonly weightDecay?: number | undefined;
}

interface Slot {
  readonly weight: Variable;
  readonly m: Variable;
  readonly v: Variable;
}

/** Where each moment of a weight stands in a state: PyTorch's names, after the weight's. */
const MOMENTS = [
  ['m', 'exp_avg'],
  ['v', 'exp_avg_sq'],
] as const;

/**
 * The optimizer Adam, step for step PyTorch's: ε is added to the root of the bias-corrected second moment.
 *
 * It updates the weights that it is given, and keeps two moments of each: as much memory again twice over, in bytes 8 a
 * value. A weight whose gradient has always been zero, such as the padding token's embedding, does not change. Make it,
 * step it and dispose of it with the weights' backend current. On the embedded backend a step writes into the weights'
 * buffers: hold no other tensor that shares them (a clone or a reshape) across a step.
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
   * @param weights what to optimize, by name
   * @throws HeadwaterError `HW_USAGE` when a constant is out of its range
   */
  constructor(weights: ReadonlyMap<string, Variable>, options: AdamOptions = {}) {
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
   * Makes one step; all weights must be given a gradient.
   *
   * @param gradients by the weights' names; they are left as they are
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
          `Adam needs a gradient of shape [${weight.shape.join(', ')}] for the weight "${name}", but was given ${given}.`,
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
   * A copy of its state: `step`, a scalar, and of each weight `<name>.exp_avg` and `<name>.exp_avg_sq`, as PyTorch
   * names them.
   */
  stateDict(): StateDict {
    const { step, moments } = this.state;
    return new Map([
      ['step', step],
      ...Array.from(moments, ([name, moment]): [string, Weight] => [name, copyWeight(moment)]),
    ]);
  }

  /**
   * The same without copies, for a device whose values can be read only later.
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
   * Replaces its state by a copy of that given.
   *
   * @throws HeadwaterError `HW_ARTIFACT` when a name, a shape or a number of values does not fit; then nothing has
   *   changed
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
            `The optimizer state does not fit: "${name}.${suffix}" should have ${slot[key].size} values, but has ${data.length}.`,
          );
        return { moment: slot[key], data };
      }),
    ).flat();
    if (state.size !== replacements.length + 1)
      throw new HeadwaterError(
        'HW_ARTIFACT',
        `The optimizer state does not fit: it has ${state.size} entries, but this optimizer ${replacements.length + 1}.`,
      );
    this.#step = step;
    for (const { moment, data } of replacements)
      tidy(() => moment.assign(tensor(Float32Array.from(data), moment.shape)));
  }

  /**
   * Forgets what it knows of some rows of a weight: their moments are zero again, as if they had never had a gradient.
   *
   * @param name the weight, of shape [R, …]
   * @param rows which of its R rows
   * @throws HeadwaterError `HW_USAGE` when it optimizes no weight of that name
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
      // Most rows never had a gradient: then nothing is written, and the moment stays where the kernels have it.
      if (rows.every((row) => known.subarray(row * width, (row + 1) * width).every((value) => value === 0))) continue;
      const data = new Float32Array(known);
      for (const row of rows) data.fill(0, row * width, (row + 1) * width);
      tidy(() => moment.assign(tensor(data, moment.shape)));
    }
  }

  /** Frees the moments; the weights stay. */
  dispose(): void {
    for (const { m, v } of this.#slots.values()) {
      m.dispose();
      v.dispose();
    }
  }
}
