import { connect, from, map, merge, of, scan, type Observable, type OperatorFunction } from 'rxjs';
import { describe, expectTypeOf, it } from 'vitest';
import type { BatchSource } from '../../src/contracts/training/BatchSource.js';
import type { EvaluatedBatch, Prediction } from '../../src/contracts/training/Evaluation.js';
import type { LabelledBatch, PaddedBatch } from '../../src/contracts/rows/PaddedBatch.js';
import type { StepEnded, TrainingEvent } from '../../src/contracts/training/TrainingEvent.js';
import type { EpochResult, TrainingState, TrainingStep } from '../../src/contracts/training/TrainingState.js';
import { combineSteps } from '../../src/operators/training/combineSteps.js';
import { earlyStopping } from '../../src/operators/training/earlyStopping.js';
import { evaluate } from '../../src/operators/training/evaluate.js';
import { fit } from '../../src/operators/training/fit.js';
import { initialTrainingState } from '../../src/operators/training/initialTrainingState.js';
import { predict } from '../../src/operators/training/predict.js';
import { reduceLrOnPlateau } from '../../src/operators/training/reduceLrOnPlateau.js';
import { trainStep } from '../../src/operators/training/trainStep.js';
import { labelledBatch } from '../../src/testing/labelledBatch.js';
import { paddedBatch } from '../../src/testing/paddedBatch.js';
import { recordingModel } from '../../src/testing/recordingModel.js';

const model = recordingModel();
const labelled$ = of(labelledBatch());
const padded$ = of(paddedBatch());
const step = { epoch: 1, learningRate: 1e-3 };

describe('training operators in pipe()', () => {
  it('trainStep takes labelled batches and gives steps', () => {
    expectTypeOf(trainStep(model, step)).toEqualTypeOf<OperatorFunction<LabelledBatch, StepEnded>>();
    expectTypeOf(labelled$.pipe(trainStep(model, step))).toEqualTypeOf<Observable<StepEnded>>();
    // @ts-expect-error batches without labels cannot be learnt from
    padded$.pipe(trainStep(model, step));
    // @ts-expect-error the learning rate has no default here: fit sets it
    trainStep(model, { epoch: 1 });
  });

  it('evaluate takes labelled batches, predict any', () => {
    expectTypeOf(labelled$.pipe(evaluate(model))).toEqualTypeOf<Observable<EvaluatedBatch>>();
    // @ts-expect-error without labels there is nothing to evaluate against
    padded$.pipe(evaluate(model));
    expectTypeOf(padded$.pipe(predict(model))).toEqualTypeOf<Observable<Prediction>>();
    expectTypeOf(labelled$.pipe(predict(model))).toEqualTypeOf<Observable<Prediction>>();
    expectTypeOf(predict(model)).toEqualTypeOf<OperatorFunction<PaddedBatch, Prediction>>();
  });

  it('one batch stream feeds two models through connect', () => {
    const both$ = labelled$.pipe(
      connect((batch$) => merge(batch$.pipe(trainStep(model, step)), batch$.pipe(evaluate(model)))),
    );
    expectTypeOf(both$).toEqualTypeOf<Observable<StepEnded | EvaluatedBatch>>();
  });

  it('fit gives events that narrow by their type', () => {
    const source: BatchSource = { rows: { train: 1, validation: 1, test: 1 }, batches: () => labelled$ };
    const event$ = of(source).pipe(fit(model));
    expectTypeOf(event$).toEqualTypeOf<Observable<TrainingEvent>>();
    const loss$ = event$.pipe(
      map((event) =>
        event.type === 'epoch' ? event.validationLoss : event.type === 'training-ended' ? event.bestEpoch : event.model,
      ),
    );
    expectTypeOf(loss$).toEqualTypeOf<Observable<number | string>>();
    // @ts-expect-error fit trains on sources of batches, since it reads them once an epoch
    labelled$.pipe(fit(model));
    // @ts-expect-error no such option
    fit(model, { epoch: 3 });
  });

  it('training steps are reducers: they fit scan', () => {
    expectTypeOf(earlyStopping()).toEqualTypeOf<TrainingStep>();
    expectTypeOf(reduceLrOnPlateau({ thresholdMode: 'abs' })).toEqualTypeOf<TrainingStep>();
    // @ts-expect-error no such mode
    reduceLrOnPlateau({ thresholdMode: 'ratio' });
    const results: readonly EpochResult[] = [];
    const state$ = from(results).pipe(
      scan(combineSteps([reduceLrOnPlateau(), earlyStopping()]), initialTrainingState()),
    );
    expectTypeOf(state$).toEqualTypeOf<Observable<TrainingState>>();
  });
});
