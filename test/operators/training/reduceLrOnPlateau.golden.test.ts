import { expect, it } from 'vitest';
import type { TrainingState } from '../../../src/contracts/training/TrainingState.js';
import { initialTrainingState } from '../../../src/operators/training/initialTrainingState.js';
import { reduceLrOnPlateau } from '../../../src/operators/training/reduceLrOnPlateau.js';
import { describeWithShared, readGolden } from '../../shared.js';

interface Golden {
  readonly factor: number;
  readonly patience: number;
  readonly threshold: number;
  readonly threshold_mode: 'rel' | 'abs';
  readonly min_lr: number;
  readonly eps: number;
  readonly cases: readonly {
    readonly lr: number;
    readonly val_loss: readonly number[];
    readonly lr_after: readonly number[];
  }[];
}

describeWithShared('reduceLrOnPlateau against PyTorch', () => {
  it('gives every learning rate of every case to the last bit', () => {
    const golden = readGolden('reduce_lr_on_plateau.json') as Golden;
    const step = reduceLrOnPlateau({
      factor: golden.factor,
      patience: golden.patience,
      threshold: golden.threshold,
      thresholdMode: golden.threshold_mode,
      minLr: golden.min_lr,
      eps: golden.eps,
    });
    expect(golden.cases.length).toBeGreaterThan(0);
    for (const { lr, val_loss, lr_after } of golden.cases) {
      let state: TrainingState = initialTrainingState({ learningRate: lr });
      const rates = val_loss.map((validationLoss, index) => {
        state = step(state, { epoch: index + 1, trainLoss: 1, validationLoss });
        return state.learningRate;
      });
      expect(rates).toEqual(lr_after);
    }
  });

  it('has the lesson’s settings by default', () => {
    const golden = readGolden('reduce_lr_on_plateau.json') as Golden;
    const [first] = golden.cases.filter(({ lr_after }) => new Set(lr_after).size > 2);
    expect(first).toBeDefined();
    let state: TrainingState = initialTrainingState({ learningRate: first?.lr ?? NaN });
    const step = reduceLrOnPlateau();
    const rates = first?.val_loss.map(
      (validationLoss, index) => (state = step(state, { epoch: index + 1, trainLoss: 1, validationLoss })).learningRate,
    );
    expect(rates).toEqual(first?.lr_after);
  });
});
