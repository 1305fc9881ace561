import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { gruCell } from '../../../src/ops/recurrent/gruCell.js';
import { lstmCell } from '../../../src/ops/recurrent/lstmCell.js';
import type { CellWeights } from '../../../src/ops/recurrent/internal/RecurrentPass.js';
import { registerBackend } from '../../../src/ops/backends/registerBackend.js';
import { rnnCell } from '../../../src/ops/recurrent/rnnCell.js';
import { tensorflow } from '../../tensorflow.js';
import { addProduct } from '../kernels/headwater/addProduct.js';
import { expectSameOutcome } from '../kernels/expectSameOutcome.js';
import { layerOutcome, makeCase, plain, tensorOf } from './recurrentCase.js';
import type { Case, Outcome, Plain } from './recurrentCase.js';

beforeAll(() => {
  registerBackend();
});

const WEIGHTS = ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh'] as const;

/** The layer's values without the axis of time, or of directions, that a single cell has not. */
const flat = ({ shape, data }: Plain): Plain => ({
  shape: [shape[shape.length === 3 && shape[0] === 1 ? 1 : 0]!, shape[shape.length - 1]!],
  data,
});

/** One step of the cell of a case with T = 1, its results and gradients under the layer's names. */
const cellOutcome = (of: Case): Outcome => {
  const step = (inputs: readonly tf.Tensor[]): { hidden: tf.Tensor; cell?: tf.Tensor } => {
    const [x, weight_ih, weight_hh, bias_ih, bias_hh, hidden, cell] = inputs as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
    ];
    const weights: CellWeights<tf.Tensor> = { weight_ih, weight_hh, bias_ih, bias_hh };
    switch (of.cell) {
      case 'rnn':
        return { hidden: rnnCell(x, hidden, weights) };
      case 'gru':
        return { hidden: gruCell(x, hidden, weights) };
      case 'lstm':
        return lstmCell(x, { hidden, cell }, weights);
    }
  };
  const names = [...of.inputs.keys()];
  let result: Outcome = new Map();
  tf.tidy(() => {
    const inputs = [...of.inputs].map(([name, values]) =>
      tensorOf(['x', 'h0', 'c0'].includes(name) ? flat(values) : values),
    );
    const weights = [
      tensorOf(flat(of.gradients.hidden)),
      ...(of.cell === 'lstm' ? [tensorOf(flat(of.gradients.cell))] : []),
    ];
    const { hidden, cell } = step(inputs);
    const gradients = tf.grads((...given: tf.Tensor[]) => {
      const after = step(given);
      return addProduct([after.hidden, ...(after.cell === undefined ? [] : [after.cell])], weights);
    })(inputs);
    result = new Map([
      ['hidden', plain(hidden)],
      ...(cell === undefined ? [] : [['cell', plain(cell)] as const]),
      ...names.map((name, i) => [`d${name}`, plain(gradients[i]!)] as const),
    ]);
  });
  return result;
};

describe.each(['headwater', 'cpu', ...tensorflow])('single cells on %s', (backend) => {
  beforeEach(async () => {
    await tf.setBackend(backend);
  });

  const caseOf = (cell: 'rnn' | 'gru' | 'lstm'): Case => {
    const of = makeCase(
      {
        cell,
        directions: 1,
        lengths: [1, 1, 1, 1, 1],
        time: 1,
        inputSize: 4,
        hiddenSize: 3,
        overPadding: false,
        fromState: true,
      },
      53,
    );
    const { output } = of.gradients;
    return { ...of, gradients: { ...of.gradients, output: { ...output, data: new Float32Array(output.data.length) } } };
  };

  it.each(['rnn', 'gru', 'lstm'] as const)('%s: is the layer of one step from a state given', (cell) => {
    const of = caseOf(cell);
    const layer = [...layerOutcome(of)].flatMap(([name, values]) =>
      name === 'output'
        ? []
        : [[name, ['hidden', 'cell', 'dx', 'dh0', 'dc0'].includes(name) ? flat(values) : values] as const],
    );
    expectSameOutcome(cellOutcome(of), new Map(layer));
  });

  it.each(['rnn', 'gru', 'lstm'] as const)('%s: leaves no tensor behind', (cell) => {
    cellOutcome(caseOf(cell));
    const before = tf.memory().numTensors;
    cellOutcome(caseOf(cell));
    expect(tf.memory().numTensors).toBe(before);
  });

  it('leave nothing but their results behind outside of a tidy', () => {
    const [x, hidden, cell] = [tf.zeros([3, 4]), tf.zeros([3, 2]), tf.zeros([3, 2])];
    const weights = {
      weight_ih: tf.zeros([8, 4]),
      weight_hh: tf.zeros([8, 2]),
      bias_ih: tf.zeros([8]),
      bias_hh: tf.zeros([8]),
    };
    const before = tf.memory().numTensors;
    const after = lstmCell(x, { hidden, cell }, weights);
    expect(tf.memory().numTensors).toBe(before + 2);
    tf.dispose([x, hidden, cell, Object.values(weights), after.hidden, after.cell]);
  });

  it('refuses shapes that do not fit, and says which', () => {
    tf.tidy(() => {
      const weights = {
        weight_ih: tf.zeros([6, 4]),
        weight_hh: tf.zeros([6, 2]),
        bias_ih: tf.zeros([6]),
        bias_hh: tf.zeros([6]),
      };
      const refused = (message: RegExp): unknown =>
        expect.objectContaining({ code: 'HW_USAGE', message: expect.stringMatching(message) as unknown });
      expect(() => gruCell(tf.zeros([3, 4]), tf.zeros([3, 2]), weights)).not.toThrow();
      expect(() => gruCell(tf.zeros([3, 4, 1]), tf.zeros([3, 2]), weights)).toThrow(
        refused(/gruCell was given x of shape \[3, 4, 1\]/),
      );
      expect(() => gruCell(tf.zeros([3, 5]), tf.zeros([3, 2]), weights)).toThrow(refused(/weight_ih .* \[6, 5\]/));
      expect(() => gruCell(tf.zeros([3, 4]), tf.zeros([2, 2]), weights)).toThrow(refused(/hidden/));
      expect(() => rnnCell(tf.zeros([3, 4]), tf.zeros([3, 2]), weights)).toThrow(refused(/weight_ih .* \[2, 4\]/));
      expect(() =>
        lstmCell(
          tf.zeros([3, 4]),
          { hidden: tf.zeros([3, 2]), cell: tf.zeros([3, 1]) },
          { weight_ih: tf.zeros([8, 4]), weight_hh: tf.zeros([8, 2]), bias_ih: tf.zeros([8]), bias_hh: tf.zeros([8]) },
        ),
      ).toThrow(refused(/cell of shape \[3, 1\]/));
      for (const name of WEIGHTS)
        expect(() =>
          gruCell(tf.zeros([3, 4]), tf.zeros([3, 2]), { ...weights, [name]: tf.zeros(weights[name].shape, 'int32') }),
        ).toThrow(refused(new RegExp(`${name} of dtype int32`)));
    });
  });
});
