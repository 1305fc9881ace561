import { concat, defer, delayWhen, finalize, ignoreElements, map, type Observable, of, switchMap, tap } from 'rxjs';
import type { Valve } from '../contracts/Valve.js';
import { type Classifier, classifier } from '../models/classifier.js';
import { classifierConfig } from '../models/ClassifierConfig.js';
import { encodeArtifacts } from '../models/encodeArtifacts.js';
import { stringifyPerformance } from '../models/performanceJson.js';
import { batchSource } from '../operators/batchSource.js';
import { earlyStopping } from '../operators/earlyStopping.js';
import { evaluate } from '../operators/evaluate.js';
import { fit } from '../operators/fit.js';
import { prepare, type Split } from '../operators/prepare.js';
import { reduceLrOnPlateau } from '../operators/reduceLrOnPlateau.js';
import { type SelectedBackend, selectBackend } from '../ops/selectBackend.js';
import { alongside } from '../sinks/alongside.js';
import { jsonLines } from '../sinks/jsonLines.js';
import { metrics, type Report } from '../sinks/metrics.js';
import { metricsTable } from '../sinks/metricsTable.js';
import { progress } from '../sinks/progress.js';
import { rowProgress } from '../sinks/rowProgress.js';
import { wantsColors } from '../sinks/wantsColors.js';
import { writeFiles } from '../sinks/writeFiles.js';
import { onFirstPass, openData, tellingRejections } from './dataSource.js';
import { fromTask } from './fromTask.js';
import type { Terminal } from './Terminal.js';
import type { TrainingOptions } from './trainingOptions.js';

/** A training that is done: its model lives until the job's Observable ends. */
export interface Trained {
  readonly model: Classifier;
  readonly split: Split;
  readonly report: Report;
}

/** Says which backend computes, and why. */
export const announceBackend = ({ name, reason }: SelectedBackend, terminal: Terminal): void => {
  terminal.stderr.write(`backend: ${name} (${reason})\n`);
};

const modelFor = (split: Split, options: TrainingOptions, backend: SelectedBackend): Classifier =>
  classifier(
    classifierConfig({
      cell: options.cell,
      ...(options.bidirectional !== undefined && { bidirectional: options.bidirectional }),
      vocabularySize: split.tokenizer.size,
      classes: split.labelEncoder.size,
      embeddingDim: options.embeddingDim,
      hiddenDim: options.hiddenDim,
      fcDim: options.fcDim,
      dropout: options.dropout,
      padIndex: split.tokenizer.padIndex,
      overPadding: options.overPadding ?? false,
    }),
    { seed: options.seed, classWeights: split.classWeights, backend: backend.name },
  );

/** Trains on what was split, then measures the test rows. */
const trainAndMeasure = (split: Split, model: Classifier, valve: Valve, options: TrainingOptions, terminal: Terminal): Observable<Trained> => {
  const source = batchSource(split, { batchSize: options.batchSize, valve });
  const lines = options.json === true ? [jsonLines(terminal.stdout, { valve })] : [];
  const training$ = of(source).pipe(
    fit(model, { epochs: options.epochs, learningRate: options.lr, steps: [reduceLrOnPlateau(), earlyStopping({ patience: options.patience })] }),
    alongside(progress({ stream: terminal.stderr }), ...lines),
    ignoreElements(),
  );
  const measured$ = source.batches('test', 1).pipe(
    evaluate(model),
    metrics(split.labelEncoder.classes),
    map((report) => ({ model, split, report })),
  );
  return concat(training$, measured$);
};

/** Saves what was trained, each file whole or not at all. */
const save = (out: string, { model, split, report }: Trained): Observable<void> =>
  defer(() =>
    fromTask(
      writeFiles(
        out,
        encodeArtifacts({ config: model.config, weights: model.stateDict(), tokenizer: split.tokenizer, labelEncoder: split.labelEncoder, performance: report.performance }),
      ),
    ),
  );

const tell = ({ report, split }: Trained, out: string, { json = false }: TrainingOptions, { stdout, env }: Terminal): void => {
  // No string of JSON holds a line end, so those between its lines can go.
  if (json) stdout.write(`{"type":"performance","performance":${stringifyPerformance(report.performance, split.labelEncoder.classes).replaceAll(/\n */g, '')}}\n`);
  else stdout.write(`${metricsTable(report, { colors: wantsColors(stdout, env) })}\nartifacts: ${out}\n`);
};

/**
 * The main job: reads the data, trains, measures the test rows, saves the artifacts and tells.
 *
 * @returns emits what was trained once everything is saved; its model is disposed of when the subscription ends
 */
export const trainingJob = (data: string, out: string, options: TrainingOptions, terminal: Terminal): Observable<Trained> =>
  defer(() => {
    const source = openData(data, options, terminal.env);
    const rows$ = onFirstPass(source.rows$, alongside(rowProgress({ label: 'reading', stream: terminal.stderr })));
    const job$ = fromTask(selectBackend(options.backend)).pipe(
      tap((backend) => announceBackend(backend, terminal)),
      switchMap((backend) =>
        prepare(rows$, {
          seed: options.seed,
          numTokens: options.numTokens,
          charLevel: options.charLevel ?? false,
          minTokenFrequency: options.minTokenFrequency,
          valve: source.valve,
          rejections: source.rejected,
        }).pipe(
          // A folder that cannot be written to is found before the training, not after it.
          delayWhen(() => fromTask(writeFiles(out, new Map()))),
          switchMap((split) => {
            const model = modelFor(split, options, backend);
            return trainAndMeasure(split, model, source.valve, options, terminal).pipe(
              delayWhen((trained) => save(out, trained)),
              tap((trained) => tell(trained, out, options, terminal)),
              finalize(() => model.dispose()),
            );
          }),
        ),
      ),
    );
    return tellingRejections(job$, source, options, terminal);
  });
