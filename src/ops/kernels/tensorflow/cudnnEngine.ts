import {
  add,
  backend as currentBackend,
  concat,
  gather,
  keep,
  reshape,
  scalar,
  split,
  stack,
  tensor1d,
  unstack,
  zeros,
  zerosLike,
} from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { RecurrentEngine } from '../../recurrent/internal/RecurrentEngine.js';
import type { CellName, RecurrentPass } from '../../recurrent/internal/RecurrentPass.js';
import type { Schedule } from '../../recurrent/internal/Schedule.js';
import { attach, attachmentOf } from '../../tensorflow/tensorAttachments.js';
import type { Attachment } from '../../tensorflow/tensorAttachments.js';
import type { TensorflowBackend } from '../../tensorflow/TensorflowBackend.js';
import { checkCudnnSize, cudnnBackward, cudnnForward } from './cudnnCalls.js';
import type { CudnnInputs, CudnnOutputs } from './cudnnCalls.js';
import { cudnnLayout, cudnnSize, fromCudnn, toCudnn } from './cudnnParameters.js';

/** The steps of a direction in the layout of cuDNN: each row starts at its first step, with S places per row. */
interface Steps {
  /** The largest number of steps of a row, S. */
  readonly most: number;
  /** The number of steps of each row, shape [B]. */
  readonly counts: Int32Array;
  /**
   * The position that each place reads, row · T + t, shape [B·S]. Places past the steps of a row read B · T, a row of
   * zeros.
   */
  readonly read: Int32Array;
  /** The place of each position in time, shape [B·T]. Positions without a step have B · S, a row of zeros. */
  readonly places: Int32Array;
}

const stepsOf = ({ order, active, offsets, index }: Schedule, batch: number, time: number): Steps => {
  const most = active.length;
  const counts = new Int32Array(batch);
  const read = new Int32Array(batch * most).fill(batch * time);
  const places = new Int32Array(batch * time).fill(batch * most);
  active.forEach((rows, step) => {
    for (let place = 0; place < rows; place++) {
      const row = order[place]!;
      const at = index[offsets[step]! + place]!;
      counts[row]!++;
      read[row * most + step] = at;
      places[at] = row * most + step;
    }
  });
  return { most, counts, read, places };
};

/** The call of one direction, with its inputs and outputs. */
interface Run {
  readonly steps: Steps;
  readonly inputs: CudnnInputs;
  readonly outputs: CudnnOutputs;
}

/** The calls of a forward pass, kept as long as the gradient may be needed. */
class CudnnReserve implements Attachment {
  readonly runs: readonly Run[];

  constructor(runs: readonly Run[]) {
    this.runs = runs;
    for (const { inputs } of runs) for (const tensor of tensorsOf(inputs)) keep(tensor);
  }

  release(): void {
    for (const { inputs, outputs } of this.runs) {
      outputs.release();
      for (const tensor of tensorsOf(inputs)) tensor.dispose();
    }
  }
}

const tensorsOf = ({ x, h, c, parameters, steps }: CudnnInputs): readonly Tensor[] => [x, h, c, parameters, steps];

/**
 * Gathers rows of a matrix by place. The place after the last row means zeros. If no place needs zeros, as with rows of
 * equal length, the matrix is not copied to append them.
 */
const rowsAt = (matrix: Tensor, places: Int32Array): Tensor => {
  const [rows, width] = matrix.shape as [number, number];
  return gather(places.includes(rows) ? concat([matrix, zeros([1, width])]) : matrix, tensor1d(places, 'int32'));
};

/** The inputs of the calls of a pass, by direction. */
const inputsOf = (
  backend: TensorflowBackend,
  cell: CellName,
  pass: RecurrentPass<Tensor>,
  h0: Tensor | undefined,
  c0: Tensor | undefined,
): readonly { readonly steps: Steps; readonly inputs: CudnnInputs }[] => {
  const { x, batch, time, inputSize, hiddenSize, directions } = pass;
  const layout = cudnnLayout(cell, inputSize, hiddenSize);
  checkCudnnSize(backend, cell, inputSize, hiddenSize, cudnnSize(layout));
  const byDirection = (states: Tensor | undefined): readonly Tensor[] =>
    states === undefined
      ? directions.map(() => zeros([batch, 1, hiddenSize]))
      : unstack(reshape(states, [directions.length, batch, 1, hiddenSize]));
  const h = byDirection(h0);
  const c = cell === 'lstm' ? byDirection(c0) : directions.map(() => scalar(0));
  return directions.map(({ weights, schedule }, d) => {
    const steps = stepsOf(schedule, batch, time);
    return {
      steps,
      inputs: {
        x: reshape(rowsAt(reshape(x, [batch * time, inputSize]), steps.read), [batch, steps.most, inputSize]),
        h: h[d]!,
        c: c[d]!,
        parameters: toCudnn(layout, weights),
        steps: tensor1d(steps.counts, 'int32'),
      },
    };
  });
};

/** Joins the states of the directions, [B, 1, H] each, in the shape `stateShape` of the pass. */
const joinStates = (states: readonly Tensor[], { batch, hiddenSize, stateShape }: RecurrentPass<Tensor>): Tensor => {
  const rows = states.map((of) => reshape(of, [batch, hiddenSize]));
  return stateShape.length === 3 ? stack(rows) : concat(rows, 1);
};

/** Splits states in the shape `stateShape` by direction. */
const splitStates = (
  states: Tensor,
  { batch, hiddenSize, directions, stateShape }: RecurrentPass<Tensor>,
): readonly Tensor[] =>
  (stateShape.length === 3 ? unstack(states) : split(states, directions.length, 1)).map((of) =>
    reshape(of, [batch, 1, hiddenSize]),
  );

/** Runs every direction. If one fails, the outputs of the others are released. */
const runAll = (
  backend: TensorflowBackend,
  cell: CellName,
  given: readonly Pick<Run, 'steps' | 'inputs'>[],
  training: boolean,
): readonly Run[] => {
  const runs: Run[] = [];
  try {
    for (const { steps, inputs } of given)
      runs.push({ steps, inputs, outputs: cudnnForward(backend, cell, inputs, training) });
    return runs;
  } catch (error) {
    for (const { outputs } of runs) outputs.release();
    throw error;
  }
};

const sumOf = (tensors: readonly Tensor[]): Tensor => tensors.reduce((sum, tensor) => add(sum, tensor));

/**
 * Recurrent layers with cuDNN: one call per direction, forwards and backwards. It must run in a tidy, and TensorFlow's
 * backend must be the current one.
 */
export const cudnnEngine: RecurrentEngine<Tensor> = {
  forward: (cell, pass, { h0, c0 }, wantsReserve) => {
    const backend = currentBackend() as TensorflowBackend;
    const { batch, time, hiddenSize } = pass;
    const runs = runAll(backend, cell, inputsOf(backend, cell, pass, h0, c0), wantsReserve);
    // If anything below fails, the surrounding tidy disposes of this tensor, which releases the handles of the calls.
    const holder = tensor1d(new Float32Array(1));
    attach(holder.dataId, new CudnnReserve(runs));
    const outputs = pass.outputs
      ? runs.map(({ outputs: of, steps }) =>
          rowsAt(reshape(of.tensor('output'), [batch * steps.most, hiddenSize]), steps.places),
        )
      : undefined;
    return {
      output: outputs && reshape(concat([...outputs], 1), [batch, time, runs.length * hiddenSize]),
      hidden: joinStates(
        runs.map(({ outputs: of }) => of.tensor('hidden')),
        pass,
      ),
      cell:
        cell === 'lstm'
          ? joinStates(
              runs.map(({ outputs: of }) => of.tensor('cell')),
              pass,
            )
          : undefined,
      reserve: wantsReserve ? holder : zeros([0]),
    };
  },

  backward: (cell, pass, reserve, gradients) => {
    const backend = currentBackend() as TensorflowBackend;
    const { x, batch, time, inputSize, hiddenSize, fromState, initialShape } = pass;
    const { runs } = attachmentOf(reserve.dataId, CudnnReserve);
    const layout = cudnnLayout(cell, inputSize, hiddenSize);
    const dh = splitStates(gradients.hidden, pass);
    const dc = cell === 'lstm' && gradients.cell !== undefined ? splitStates(gradients.cell, pass) : undefined;
    const dOutputs = gradients.output && split(reshape(gradients.output, [batch * time, -1]), runs.length, 1);
    const found = runs.map(({ inputs, outputs, steps }, d) => {
      const shape: [number, number, number] = [batch, steps.most, hiddenSize];
      const output = dOutputs === undefined ? zeros(shape) : reshape(rowsAt(dOutputs[d]!, steps.read), shape);
      const of = cudnnBackward(backend, cell, inputs, outputs, {
        output,
        h: dh[d]!,
        c: dc?.[d] ?? zerosLike(inputs.c),
      });
      return { ...of, x: rowsAt(reshape(of.x, [batch * steps.most, inputSize]), steps.places) };
    });
    const initial = (states: readonly Tensor[]): Tensor | undefined =>
      fromState ? reshape(concat([...states]), [...initialShape]) : undefined;
    return {
      x: reshape(sumOf(found.map((of) => of.x)), [...x.shape]),
      weights: found.map(({ parameters }) => fromCudnn(layout, parameters)),
      h0: initial(found.map(({ h }) => h)),
      c0: cell === 'lstm' ? initial(found.flatMap(({ c }) => c ?? [])) : undefined,
    };
  },
};
