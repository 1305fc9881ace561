import { map, type OperatorFunction, scan } from 'rxjs';
import type { TrainingState, TrainingStep } from '../../../../src/contracts/training/TrainingState.js';
import { combineSteps } from '../../../../src/operators/training/combineSteps.js';
import { earlyStopping } from '../../../../src/operators/training/earlyStopping.js';
import { evaluate } from '../../../../src/operators/training/evaluate.js';
import { fit } from '../../../../src/operators/training/fit.js';
import { initialTrainingState } from '../../../../src/operators/training/initialTrainingState.js';
import { predict } from '../../../../src/operators/training/predict.js';
import { reduceLrOnPlateau } from '../../../../src/operators/training/reduceLrOnPlateau.js';
import { trainStep } from '../../../../src/operators/training/trainStep.js';
import { batchStats } from '../../../../src/sinks/metrics/batchStats.js';
import { metrics } from '../../../../src/sinks/metrics/metrics.js';
import { reliability } from '../../../../src/sinks/metrics/reliability.js';
import { temperature } from '../../../../src/sinks/metrics/temperature.js';
import { labelledBatch } from '../../../../src/testing/labelledBatch.js';
import { recordingModel } from '../../../../src/testing/recordingModel.js';
import { evaluated, padded } from '../../../sinks/batches.js';
import type { Case } from './Case.js';
import { letters } from './letters.js';

const scored = evaluated([0, 1], [0, 1]);
const withProbabilities = { ...scored, probabilities: Float32Array.of(0.75, 0.25, 0.25, 0.75) };

/** The states of a training after each epoch, of their validation losses. */
const statesAfter =
  (step: TrainingStep): OperatorFunction<number, TrainingState> =>
  (losses$) =>
    losses$.pipe(
      map((validationLoss, index) => ({ epoch: index + 1, trainLoss: 1, validationLoss })),
      scan(step, initialTrainingState({ learningRate: 1e-3 })),
    );

/** How the diagrams of operators and sinks of a training are run, by the files that they stand in. */
export const TRAINING: Readonly<Record<string, Case>> = {
  evaluate: ({ play }) => ({
    evaluated: play('batches', {
      A: labelledBatch({ seed: 1 }),
      B: labelledBatch({ seed: 2 }),
      C: labelledBatch({ seed: 3 }),
    }).pipe(evaluate(recordingModel()), letters('abc')),
  }),
  predict: ({ play }) => ({
    predictions: play('batches', {
      A: labelledBatch({ seed: 1, size: 3 }),
      B: labelledBatch({ seed: 2, size: 2 }),
    }).pipe(predict(recordingModel()), letters('abcde')),
  }),
  trainStep: ({ play }) => ({
    events: play('batches', {
      A: labelledBatch({ seed: 1 }),
      B: labelledBatch({ seed: 2 }),
      C: labelledBatch({ seed: 3 }),
    }).pipe(
      trainStep(recordingModel(), { epoch: 1, learningRate: 1e-3 }),
      map(({ step }) => String(step)),
    ),
  }),
  fit: ({ play }) => {
    const batch = labelledBatch({ seed: 1 });
    const source = {
      rows: { train: 2, validation: 1, test: 0 },
      batches: (side: string) => play(side, { a: batch, b: batch, v: batch }),
    };
    return {
      events: play('sources', { S: source }).pipe(
        fit(recordingModel(), { epochs: 2 }),
        map(
          ({ type }) =>
            ({
              'training-started': 't',
              'epoch-started': 'e',
              step: 's',
              'validation-step': 'v',
              epoch: 'p',
              'training-ended': 'T',
            })[type as string] ?? '?',
        ),
      ),
    };
  },
  earlyStopping: ({ play }) => ({
    patience: play('epochs', { a: 1, b: 0.8, c: 0.9, d: 0.7, e: 0.7, f: 0.9 }).pipe(
      statesAfter(earlyStopping({ patience: 2 })),
      map(({ patience, stop }) => ((patience === 0) === (stop === 'patience') ? String(patience) : '?')),
    ),
  }),
  reduceLrOnPlateau: ({ play }) => {
    const state$ = play('epochs', { a: 1, b: 0.8, c: 0.9 }).pipe(statesAfter(reduceLrOnPlateau({ patience: 3 })));
    return {
      bad: state$.pipe(map(({ plateau }) => String(plateau.badEpochs))),
      rate: state$.pipe(map(({ learningRate }) => String(Math.round(-Math.log10(learningRate))))),
    };
  },
  combineSteps: ({ play }) => ({
    patience: play('losses', { a: 1, b: 0.8, c: 0.9 }).pipe(
      statesAfter(combineSteps([earlyStopping({ patience: 2 })])),
      map(({ patience, stop }) => ((patience === 0) === (stop === 'patience') ? String(patience) : '?')),
    ),
  }),
  metrics: ({ play }) => ({
    result: play('source', { e: scored }).pipe(metrics(['Sports', 'World']), letters('r')),
  }),
  batchStats: ({ play }) => ({ result: play('source', { b: padded([2, 1]) }).pipe(batchStats(), letters('s')) }),
  reliability: ({ play }) => ({
    result: play('source', { e: withProbabilities }).pipe(reliability(), letters('r')),
  }),
  temperature: ({ play }) => ({
    result: play('source', { e: withProbabilities }).pipe(temperature(), letters('t')),
  }),
};
