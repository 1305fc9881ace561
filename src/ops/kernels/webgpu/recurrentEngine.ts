import { fused, gather, matMul, reshape, slice, sum, tensor1d, zeros } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { composition } from '../../recurrent/internal/composition.js';
import type { CellWeights } from '../../recurrent/internal/RecurrentPass.js';
import type { RecurrentEngine } from '../../recurrent/internal/RecurrentEngine.js';
import { CELL_SHADERS } from './cellShaders.js';
import { backwardRun, forwardRun, matrixAt, rowsTogether, runLayout } from './layerRun.js';
import type { LayerRun, Projection, RunBack } from './layerRun.js';
import { placesFrom, spreadRows } from './rowPrograms.js';

/** x·W_ihᵀ + b_ih, for rows of x. */
export const project = (x: Tensor, { weight_ih, bias_ih }: CellWeights<Tensor>): Tensor =>
  fused.matMul({ a: x, b: weight_ih, transposeB: true, bias: bias_ih });

/**
 * The gradients of the recurrent weights of a direction, computed after its backward steps: dW_hh = duᵀ·h, db_hh = Σ
 * du.
 */
export const recurrentGradients = (
  cell: LayerCell,
  run: LayerRun,
  saved: Tensor,
  { result, layout }: RunBack,
  d: number,
): Pick<CellWeights<Tensor>, 'weight_hh' | 'bias_hh'> => {
  const { hiddenSize: units, directions } = run;
  const pairs = directions[d]!.schedule.index.length;
  const du = matrixAt(result, layout.du[d]!, [pairs, CELL_SHADERS[cell].gates * units]);
  const before = matrixAt(saved, runLayout(cell, run, true).before[d]!, [pairs, units]);
  return { weight_hh: matMul(du, before, true), bias_hh: sum(du, 0) };
};

type LayerCell = keyof typeof CELL_SHADERS;

/**
 * Recurrent layers with compute shaders: a few dispatches per direction, independent of the number of steps. Layers
 * that are too wide for a workgroup are composed of stock ops.
 */
export const recurrentEngine: RecurrentEngine<Tensor> = {
  forward: (cell, pass, initial, wantsReserve) => {
    const rows = rowsTogether(cell, pass.hiddenSize);
    if (rows === undefined) return composition.forward(cell, pass, initial, wantsReserve);
    const { batch, time, inputSize, hiddenSize: units, directions, stateShape } = pass;
    const x = reshape(pass.x, [batch * time, inputSize]);
    const projections = directions.map(({ weights, schedule }): Projection => ({
      a: project(gather(x, tensor1d(schedule.index, 'int32')), weights),
      places: schedule.index.map((_, pair) => pair),
    }));
    const result = forwardRun(cell, pass, rows, projections, initial, wantsReserve);
    const layout = runLayout(cell, pass, wantsReserve);
    const states = (at: number): Tensor => reshape(slice(result, [at], [layout.cell]), [...stateShape]);

    const output = (): Tensor =>
      reshape(
        directions.reduce<Tensor | undefined>(
          (into, { schedule }, d) =>
            spreadRows(
              { array: result, at: layout.outputs[d]!, width: units },
              placesFrom(schedule.index, batch * time),
              { columns: directions.length * units, start: d * units },
              'put',
              into,
            ),
          undefined,
        )!,
        [batch, time, directions.length * units],
      );

    return {
      output: pass.outputs ? output() : undefined,
      hidden: states(0),
      cell: cell === 'lstm' ? states(layout.cell) : undefined,
      reserve: wantsReserve ? result : zeros([0]),
    };
  },

  backward: (cell, pass, reserve, gradients) => {
    const rows = rowsTogether(cell, pass.hiddenSize);
    if (rows === undefined) return composition.backward(cell, pass, reserve, gradients);
    const { batch, time, inputSize, hiddenSize: units, directions, fromState, initialShape } = pass;
    const back = backwardRun(cell, pass, rows, reserve, gradients);
    const { result, layout } = back;
    const x = reshape(pass.x, [batch * time, inputSize]);
    const width = CELL_SHADERS[cell].gates * units;
    let dx: Tensor | undefined;

    const weights = directions.map(({ weights: given, schedule }, d): CellWeights<Tensor> => {
      // dW_ih = daᵀ·x, db_ih = Σ da, dx = da·W_ih
      const da = matrixAt(result, layout.da[d]!, [schedule.index.length, width]);
      dx = spreadRows(
        { array: matMul(da, given.weight_ih), at: 0, width: inputSize },
        placesFrom(schedule.index, batch * time),
        { columns: inputSize, start: 0 },
        d === 0 ? 'put' : 'add',
        dx,
      );
      return {
        weight_ih: matMul(da, gather(x, tensor1d(schedule.index, 'int32')), true),
        bias_ih: sum(da, 0),
        ...recurrentGradients(cell, pass, reserve, back, d),
      };
    });

    const initial = (at: number): Tensor | undefined =>
      fromState ? reshape(slice(result, [at], [directions.length * batch * units]), [...initialShape]) : undefined;
    return {
      x: reshape(dx!, [...pass.x.shape]),
      weights,
      h0: initial(layout.initial),
      c0: cell === 'lstm' ? initial(layout.initialCell) : undefined,
    };
  },
};
