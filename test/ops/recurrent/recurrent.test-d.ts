import type { Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { describe, expectTypeOf, it } from 'vitest';
import type { gatherLast } from '../../../src/ops/layers/gatherLast.js';
import type { gru } from '../../../src/ops/recurrent/gru.js';
import type { lstm, LstmOutput } from '../../../src/ops/recurrent/lstm.js';
import type { lstmCell } from '../../../src/ops/recurrent/lstmCell.js';
import type { recurrentLast } from '../../../src/ops/recurrent/recurrentLast.js';
import type { RecurrentOutput, rnn } from '../../../src/ops/recurrent/rnn.js';

type Options<Layer extends (...given: never[]) => unknown> = NonNullable<Parameters<Layer>[3]>;

describe('recurrent layers', () => {
  it('give tensors of known rank', () => {
    expectTypeOf<ReturnType<typeof rnn>>().toEqualTypeOf<{ readonly output: Tensor3D; readonly hidden: Tensor3D }>();
    expectTypeOf<ReturnType<typeof lstm>>().toExtend<{
      readonly output: Tensor3D;
      readonly hidden: Tensor3D;
      readonly cell: Tensor3D;
    }>();
    expectTypeOf<ReturnType<typeof recurrentLast>>().toEqualTypeOf<Tensor2D>();
    expectTypeOf<ReturnType<typeof gatherLast>>().toEqualTypeOf<Tensor2D>();
    expectTypeOf<ReturnType<typeof lstmCell>['cell']>().toEqualTypeOf<Tensor2D>();
  });

  it('start from what a run before ended with; an LSTM from both states', () => {
    expectTypeOf<{ initialState: RecurrentOutput }>().toExtend<Options<typeof gru>>();
    expectTypeOf<{ initialState: LstmOutput }>().toExtend<Options<typeof lstm>>();
    expectTypeOf<{ initialState: { hidden: Tensor } }>().toExtend<Options<typeof gru>>();
    expectTypeOf<{ initialState: { hidden: Tensor } }>().not.toExtend<Options<typeof lstm>>();
  });
});
