import { concat, filter, map, type Observable, of, tap } from 'rxjs';
import type { EpochRecord } from '../../contracts/TrainingRecord.js';
import type { Valve } from '../../contracts/Valve.js';
import type { Classifier } from '../../models/classifier.js';
import type { DeferredClassifier } from '../../models/deferredClassifier.js';
import { batchSource } from '../../operators/batches/batchSource.js';
import type { Split } from '../../operators/rows/prepare.js';
import { earlyStopping } from '../../operators/training/earlyStopping.js';
import { evaluate } from '../../operators/training/evaluate.js';
import { fit } from '../../operators/training/fit.js';
import { reduceLrOnPlateau } from '../../operators/training/reduceLrOnPlateau.js';
import type { SelectedBackend } from '../../ops/backends/selectBackend.js';
import type { TrainingUpdate } from '../../server/training/TrainingUpdate.js';
import { alongside } from '../../sinks/alongside.js';
import { jsonLines } from '../../sinks/jsonLines.js';
import { metrics } from '../../sinks/metrics/metrics.js';
import type { ReportMade } from '../../sinks/metrics/ReportMade.js';
import { progress } from '../../sinks/progress/progress.js';
import { tensorboard } from '../../sinks/tensorboard/tensorboard.js';
import type { Terminal } from '../process/Terminal.js';
import { epochRecord } from './epochRecord.js';
import { hyperparametersOf } from './hyperparametersOf.js';
import { recipeOf, scheduleOf } from './recipe.js';
import type { Rescue } from './rescueBest.js';
import type { Trained } from './Trained.js';
import type { TrainingOptions } from './trainingOptions.js';

/** What a training is made on. */
export interface Prepared {
  readonly data: string;
  readonly split: Split;
  readonly model: Classifier | DeferredClassifier;
  readonly backend: SelectedBackend;
  readonly valve: Valve;
  /** Told what happens, for whoever shows it. */
  readonly told: (update: TrainingUpdate) => void;
  readonly rescue: Rescue;
}

/** Trains on what was split, then measures the test rows. Subscribe once. */
export const trainAndMeasure = (
  { data, split, model, backend, valve, told, rescue }: Prepared,
  options: TrainingOptions,
  terminal: Terminal,
): Observable<Trained> => {
  const recipe = recipeOf(options, split.rows.train);
  const epochs: EpochRecord[] = [];
  const source = batchSource(split, { batchSize: options.batchSize, valve });
  const lines = options.json === true ? [jsonLines(terminal.stdout, { valve })] : [];
  const training$ = of(source).pipe(
    fit(model, {
      epochs: recipe.epochs,
      learningRate: recipe.lr,
      schedule: scheduleOf(recipe),
      steps: recipe.schedule === 'plateau' ? [reduceLrOnPlateau(), earlyStopping({ patience: options.patience })] : [],
    }),
    tap((event) => {
      if (event.type === 'epoch') epochs.push(epochRecord(event));
    }),
    rescue.copying,
    alongside(progress({ stream: terminal.stderr, env: terminal.env }), ...lines),
  );
  const measured$ = source.batches('test', 1).pipe(
    evaluate(model, { valve }),
    metrics(split.labelEncoder.classes),
    map((report): ReportMade => ({ type: 'report', model: model.name, report })),
  );
  const boards =
    options.tensorboard === undefined
      ? []
      : [
          tensorboard(options.tensorboard, {
            valve,
            hyperparameters: hyperparametersOf(data, { ...options, ...recipe }, model.config, backend),
          }),
        ];
  return concat(training$, measured$).pipe(
    alongside(...boards),
    tap(told),
    filter((event) => event.type === 'report'),
    map(({ report }) => ({ model, split, report, epochs })),
  );
};
