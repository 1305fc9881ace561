import type { Tensor } from '@tensorflow/tfjs-core';
import { defineOp } from '../../definition/defineOp.js';
import type { OpGradient, RunnableOp } from '../../definition/defineOp.js';
import { composition } from './composition.js';
import { cellPass, layerPass } from './RecurrentPass.js';
import type {
  CellAttributes,
  CellName,
  CellWeights,
  InitialStates,
  LayerAttributes,
  LayerWeights,
} from './RecurrentPass.js';
import type { RecurrentEngine, RunGradients } from './RecurrentEngine.js';

/** The inputs of a layer: x of shape [B, T, I]. */
export type LayerInputs<T> = LayerWeights<T> & InitialStates<T> & { readonly x: T };
/** The inputs of a layer's gradient. */
export type LayerGradInputs<T> = LayerWeights<T> & {
  readonly x: T;
  readonly reserve: T;
  readonly dOutput: T;
  readonly dHidden: T;
  readonly dCell?: T | undefined;
};
/** The inputs of the gradient if only the output of each row at its last token was needed. */
export type LastGradInputs<T> = LayerWeights<T> & { readonly x: T; readonly reserve: T; readonly dLast: T };
/** The inputs of a single cell: x of shape [B, I]. */
export type CellInputs<T> = CellWeights<T> & { readonly x: T; readonly h0: T; readonly c0?: T | undefined };
/** The inputs of a single cell's gradient. */
export type CellGradInputs<T> = CellWeights<T> & {
  readonly x: T;
  readonly reserve: T;
  readonly dHidden: T;
  readonly dCell?: T | undefined;
};

/**
 * The functions that the kernels of one kind of cell compute, for any implementation. A result in parentheses exists
 * only for an LSTM, or only if initial states were given.
 */
export interface RecurrentFunctions<T> {
  /** output [B, T, D·H], hidden [D, B, H], (cell [D, B, H]), reserve. */
  readonly layer: (inputs: LayerInputs<T>, attributes: LayerAttributes) => readonly T[];
  /** dx, the weights' gradients in the order of {@link LayerWeights}, (dh0), (dc0). */
  readonly layerGrad: (inputs: LayerGradInputs<T>, attributes: LayerAttributes) => readonly T[];
  /** last [B, D·H], reserve. */
  readonly last: (inputs: LayerInputs<T>, attributes: LayerAttributes) => readonly T[];
  /** As `layerGrad`. */
  readonly lastGrad: (inputs: LastGradInputs<T>, attributes: LayerAttributes) => readonly T[];
  /** hidden [B, H], (cell [B, H]), reserve. */
  readonly cell: (inputs: CellInputs<T>, attributes: CellAttributes) => readonly T[];
  /** dx, the weights' gradients in the order of {@link CellWeights}, dh0, (dc0). */
  readonly cellGrad: (inputs: CellGradInputs<T>, attributes: CellAttributes) => readonly T[];
}

const present = <T>(...values: readonly (T | undefined)[]): readonly T[] =>
  values.filter((value) => value !== undefined);

const listGradients = <T>({ x, weights, h0, c0 }: RunGradients<T>): readonly T[] =>
  present(
    x,
    ...weights.flatMap(({ weight_ih, weight_hh, bias_ih, bias_hh }) => [weight_ih, weight_hh, bias_ih, bias_hh]),
    h0,
    c0,
  );

/** The functions of one kind of cell, on an engine. */
export const recurrentFunctions = <T extends { readonly shape: readonly number[] }>(
  cell: CellName,
  engine: RecurrentEngine<T>,
): RecurrentFunctions<T> => ({
  layer: (inputs, attributes) => {
    const run = engine.forward(cell, layerPass(inputs, attributes, 'all'), inputs, attributes.reserve);
    return present(run.output, run.hidden, run.cell, run.reserve);
  },
  layerGrad: (inputs, attributes) => {
    const { reserve, dOutput, dHidden, dCell } = inputs;
    return listGradients(
      engine.backward(cell, layerPass(inputs, attributes, 'all'), reserve, {
        output: dOutput,
        hidden: dHidden,
        cell: dCell,
      }),
    );
  },
  last: (inputs, attributes) => {
    const run = engine.forward(cell, layerPass(inputs, attributes, 'last'), inputs, attributes.reserve);
    return [run.hidden, run.reserve];
  },
  lastGrad: (inputs, attributes) =>
    listGradients(
      engine.backward(cell, layerPass(inputs, attributes, 'last'), inputs.reserve, {
        output: undefined,
        hidden: inputs.dLast,
        cell: undefined,
      }),
    ),
  cell: (inputs, { reserve }) => {
    const run = engine.forward(cell, cellPass(inputs), inputs, reserve);
    return present(run.hidden, run.cell, run.reserve);
  },
  cellGrad: (inputs) =>
    listGradients(
      engine.backward(cell, cellPass(inputs), inputs.reserve, {
        output: undefined,
        hidden: inputs.dHidden,
        cell: inputs.dCell,
      }),
    ),
});

/** The names of a layer's weights, of the forward and of the reverse direction. */
export const FORWARD_WEIGHTS = ['weight_ih_l0', 'weight_hh_l0', 'bias_ih_l0', 'bias_hh_l0'] as const;
export const REVERSE_WEIGHTS = [
  'weight_ih_l0_reverse',
  'weight_hh_l0_reverse',
  'bias_ih_l0_reverse',
  'bias_hh_l0_reverse',
] as const;
const CELL = ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh'] as const;

/** Values by name, from names and values in the same order. */
export const namedWeights = <Name extends string, Value>(
  names: readonly Name[],
  values: readonly Value[],
): Record<Name, Value> => Object.fromEntries(names.map((name, i) => [name, values[i]])) as Record<Name, Value>;

/** The ops of one kind of cell. */
export interface RecurrentOps {
  readonly layer: RunnableOp<LayerInputs<Tensor>, readonly Tensor[], LayerAttributes>;
  readonly bidirectional: RunnableOp<LayerInputs<Tensor>, readonly Tensor[], LayerAttributes>;
  readonly layerGrad: RunnableOp<LayerGradInputs<Tensor>, readonly Tensor[], LayerAttributes>;
  readonly last: RunnableOp<LayerInputs<Tensor>, readonly Tensor[], LayerAttributes>;
  readonly lastBidirectional: RunnableOp<LayerInputs<Tensor>, readonly Tensor[], LayerAttributes>;
  readonly lastGrad: RunnableOp<LastGradInputs<Tensor>, readonly Tensor[], LayerAttributes>;
  readonly cell: RunnableOp<CellInputs<Tensor>, readonly Tensor[], CellAttributes>;
  readonly cellGrad: RunnableOp<CellGradInputs<Tensor>, readonly Tensor[], CellAttributes>;
}

/**
 * Makes the ops of one kind of cell.
 *
 * A layer has two kernel names, for one direction and for two, because tfjs needs the names of the inputs that a
 * gradient reads at registration.
 */
const recurrentOps = (cell: CellName, prefix: 'HeadwaterRnn' | 'HeadwaterGru' | 'HeadwaterLstm'): RecurrentOps => {
  const functions = recurrentFunctions(cell, composition);
  const states = cell === 'lstm' ? (['h0', 'c0'] as const) : (['h0'] as const);

  const layerGrad = defineOp<LayerGradInputs<Tensor>, readonly Tensor[], LayerAttributes>({
    name: `${prefix}Grad`,
    compose: functions.layerGrad,
    gradient: undefined,
  });
  const lastGrad = defineOp<LastGradInputs<Tensor>, readonly Tensor[], LayerAttributes>({
    name: `${prefix}LastGrad`,
    compose: functions.lastGrad,
    gradient: undefined,
  });
  const cellGrad = defineOp<CellGradInputs<Tensor>, readonly Tensor[], CellAttributes>({
    name: `${prefix}CellGrad`,
    compose: functions.cellGrad,
    gradient: undefined,
  });

  const layerGradient = (
    weights: readonly (keyof LayerWeights<Tensor>)[],
  ): OpGradient<LayerInputs<Tensor>, LayerAttributes> => ({
    savedInputs: ['x', ...weights],
    savedOutputs: [1 + states.length],
    backward: ([dOutput, dHidden, dCell], saved, attributes) => {
      const [x, ...rest] = saved as [Tensor, ...Tensor[]];
      const given = {
        x,
        ...(namedWeights(weights, rest) as LayerWeights<Tensor>),
        reserve: saved[saved.length - 1]!,
        dOutput: dOutput!,
        dHidden: dHidden!,
      };
      const gradients = layerGrad.run(cell === 'lstm' ? { ...given, dCell } : given, attributes);
      return namedWeights(['x', ...weights, ...(attributes.fromState ? states : [])], gradients);
    },
  });

  const lastGradient = (
    weights: readonly (keyof LayerWeights<Tensor>)[],
  ): OpGradient<LayerInputs<Tensor>, LayerAttributes> => ({
    savedInputs: ['x', ...weights],
    savedOutputs: [1],
    backward: ([dLast], saved, attributes) => {
      const [x, ...rest] = saved as [Tensor, ...Tensor[]];
      const gradients = lastGrad.run(
        {
          x,
          ...(namedWeights(weights, rest) as LayerWeights<Tensor>),
          reserve: saved[saved.length - 1]!,
          dLast: dLast!,
        },
        attributes,
      );
      return namedWeights(['x', ...weights, ...(attributes.fromState ? states : [])], gradients);
    },
  });

  const cellGradient: OpGradient<CellInputs<Tensor>, CellAttributes> = {
    savedInputs: ['x', ...CELL],
    savedOutputs: [states.length],
    backward: ([dHidden, dCell], saved, attributes) => {
      const [x, ...rest] = saved as [Tensor, ...Tensor[]];
      const given = { x, ...namedWeights(CELL, rest), reserve: saved[saved.length - 1]!, dHidden: dHidden! };
      return namedWeights(
        ['x', ...CELL, ...states],
        cellGrad.run(cell === 'lstm' ? { ...given, dCell } : given, attributes),
      );
    },
  };

  return {
    layer: defineOp({ name: prefix, compose: functions.layer, gradient: layerGradient(FORWARD_WEIGHTS) }),
    bidirectional: defineOp({
      name: `${prefix}Bidirectional`,
      compose: functions.layer,
      gradient: layerGradient([...FORWARD_WEIGHTS, ...REVERSE_WEIGHTS]),
    }),
    layerGrad,
    last: defineOp({ name: `${prefix}Last`, compose: functions.last, gradient: lastGradient(FORWARD_WEIGHTS) }),
    lastBidirectional: defineOp({
      name: `${prefix}LastBidirectional`,
      compose: functions.last,
      gradient: lastGradient([...FORWARD_WEIGHTS, ...REVERSE_WEIGHTS]),
    }),
    lastGrad,
    cell: defineOp({ name: `${prefix}Cell`, compose: functions.cell, gradient: cellGradient }),
    cellGrad,
  };
};

/** The ops of each kind of cell. */
export const RECURRENT_OPS: Readonly<Record<CellName, RecurrentOps>> = {
  rnn: recurrentOps('rnn', 'HeadwaterRnn'),
  gru: recurrentOps('gru', 'HeadwaterGru'),
  lstm: recurrentOps('lstm', 'HeadwaterLstm'),
};
