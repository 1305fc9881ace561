import {
  concat,
  concatMap,
  defer,
  EMPTY,
  endWith,
  filter,
  ignoreElements,
  map,
  type Observable,
  of,
  type OperatorFunction,
  tap,
} from 'rxjs';
import type { BatchSource } from '../../contracts/training/BatchSource.js';
import type { TrainingEvent } from '../../contracts/training/TrainingEvent.js';
import type { ChoiceRecord, EpochRecord } from '../../contracts/training/TrainingRecord.js';
import type { TextModel } from '../../models/artifacts/restoreModel.js';
import type { DeferredClassifier } from '../../models/deferredClassifier.js';
import { batchSource } from '../../operators/batches/batchSource.js';
import type { Split } from '../../operators/rows/prepare.js';
import { trace } from '../../operators/flow/trace.js';
import { withAllRows } from '../../operators/rows/withAllRows.js';
import type { Classifier } from '../../models/classifier.js';
import { evaluate } from '../../operators/training/evaluate.js';
import { alongside } from '../../sinks/alongside.js';
import { jsonLines } from '../../sinks/jsonLines.js';
import { metrics, type Report } from '../../sinks/metrics/metrics.js';
import type { ReportMade } from '../../sinks/metrics/ReportMade.js';
import { progress } from '../../sinks/progress/progress.js';
import { tensorboard } from '../../sinks/tensorboard/tensorboard.js';
import type { Hyperparameters } from '../../sinks/tensorboard/boardEvent.js';
import type { DivergedModel } from '../../training/DivergedModel.js';
import type { CandidateMeasured, ModelChosen } from '../../training/ModelChosen.js';
import { trainModel, type TrainModelOptions, whyNoNetwork } from '../../training/trainModel.js';
import { measureCandidate } from '../../training/measureCandidate.js';
import { refitModel } from '../../training/refitModel.js';
import { networkConfig } from '../../training/trainNetwork.js';
import { linearConfig } from '../../models/linear/LinearConfig.js';
import type { Terminal } from '../process/Terminal.js';
import { untilLost } from '../outputs/untilLost.js';
import { COLUMNS } from './options/columns.js';
import { compareModels } from './results/comparison.js';
import { epochRecord, orNull } from './results/epochRecord.js';
import { calibrateLesson, lessonTemperature } from './lesson/calibrateLesson.js';
import { compareLesson, type LessonCompared } from './lesson/compareLesson.js';
import { choiceHyperparameters, lessonHyperparameters } from './options/hyperparametersOf.js';
import { lessonModel } from './lesson/lessonModel.js';
import { modelOptions } from './prepared/modelOptions.js';
import type { Prepared } from './prepared/Prepared.js';
import { preparedUpdate } from './prepared/preparedUpdate.js';
import { BATCH_SIZE, recipeOf } from './options/recipe.js';
import { keptEpochs, refitLesson } from './lesson/refitLesson.js';
import { savingLastGood } from './results/savingLastGood.js';
import type { Trained } from './results/Trained.js';
import { trainLesson } from './lesson/trainLesson.js';
import type { TrainingOptions } from './options/trainingOptions.js';

/** The events that `--json` writes and a progress line shows. */
type Told = TrainingEvent | CandidateMeasured;

const isTraining = (event: Told): event is TrainingEvent => event.type !== 'candidate';

/** Shows the events of a training: progress on stderr, and with `--json` each event as a line on stdout. */
const showing = (
  { valve }: Prepared,
  options: TrainingOptions,
  { stdout, stderr, env }: Terminal,
): ((event$: Observable<Told>) => Observable<Told>) => {
  const bar: OperatorFunction<Told, never> = (event$) =>
    event$.pipe(filter(isTraining), progress({ stream: stderr, env }));
  /** All events except checkpoints, which are files. */
  const lines: OperatorFunction<Told, never> = (event$) =>
    event$.pipe(
      filter(({ type }) => type !== 'checkpoint'),
      jsonLines(stdout, { valve }),
    );
  return alongside(bar, ...(options.json === true ? [untilLost(lines)] : []));
};

/** The TensorBoard logs of `--tensorboard`. */
const boardsOf = (
  { valve }: Prepared,
  options: TrainingOptions,
  hyperparameters: Hyperparameters,
  { stderr }: Terminal,
) =>
  options.tensorboard === undefined
    ? []
    : [
        untilLost(
          tensorboard(options.tensorboard, { valve, hyperparameters }),
          (line) => void stderr.write(`${line}\n`),
        ),
      ];

/** The records of the epochs before the checkpoint. */
const epochsBefore = ({
  checkpoints: {
    fit: { from },
  },
}: Prepared): Map<string, EpochRecord[]> =>
  new Map(from === undefined ? [] : [[from.model, from.history.map(epochRecord)]]);

/** Tells the page of each event. After a resume, it is first told of the epochs before the checkpoint. */
const telling = ({ told, checkpoints: { fit } }: Prepared) =>
  tap((event: TrainingEvent | ReportMade) => {
    told(event);
    const { from } = fit;
    if (event.type === 'training-resumed' && event.model === from?.model) from.history.forEach(told);
  });

/** The records of the epochs of each model. */
const recordingEpochs = (epochs: Map<string, EpochRecord[]>) =>
  tap((event: Told) => {
    if (event.type === 'epoch') epochs.set(event.model, [...(epochs.get(event.model) ?? []), epochRecord(event)]);
  });

/** Measures a model on the test rows. */
const measured = (
  model: TextModel | DeferredClassifier,
  source: BatchSource,
  { labelEncoder }: Split,
): Observable<Report> =>
  source
    .batches('test', 1)
    .pipe(evaluate(model, { valve: source.valve }), trace('evaluate'), metrics(labelEncoder.classes));

const reportOf = (model: string, report: Report): ReportMade => ({ type: 'report', model, report });

/** Whether a model is trained once more at the end. This requires rows that it was not trained on. */
const refits = ({ rows }: Split, { refit = false }: TrainingOptions): boolean =>
  refit && rows.validation + rows.test > 0;

/** Trains the lesson's classifier and measures it. */
const lessonTraining = (prepared: Prepared, options: TrainingOptions, terminal: Terminal): Observable<Trained> => {
  const { data, out, split, backend, valve, told } = prepared;
  const model = lessonModel(split, options, backend, prepared.older?.artifacts);
  prepared.owned.push(model);
  told(preparedUpdate(split, model.config));
  const recipe = recipeOf(options, split.rows.train);
  const source = batchSource(split, { batchSize: options.batchSize ?? BATCH_SIZE, valve });
  const epochs = epochsBefore(prepared);
  const training$ = trainLesson(model, source, recipe, options, prepared.checkpoints.fit).pipe(
    recordingEpochs(epochs),
    filter(isTraining),
    showing(prepared, options, terminal),
    filter(isTraining),
  );
  const all = withAllRows(split);
  let temperature = 1;
  let comparison: LessonCompared | undefined;
  let refitted: Classifier | DeferredClassifier | undefined;
  let report: Report | undefined;
  const report$ = measureCandidate(model.name, model, source, split.labelEncoder.classes).pipe(
    concatMap((candidate) => {
      temperature = lessonTemperature(candidate, source, options);
      return calibrateLesson(model, temperature).pipe(
        concatMap(() => measured(model, source, split)),
        concatMap((found) => {
          report = found;
          return compareLesson(prepared, { model: model.name, candidate, report: found }, options, terminal);
        }),
      );
    }),
    map((found) => {
      comparison = found;
      return reportOf(model.name, found.report);
    }),
  );
  const refit$ = defer(() => {
    const again = lessonModel(all, options, backend, prepared.older?.artifacts, `${model.name}, all rows`);
    prepared.owned.push(again);
    refitted = again;
    return concat(
      refitLesson(
        again,
        batchSource(all, { batchSize: options.batchSize ?? BATCH_SIZE, valve }),
        keptEpochs(epochs.get(model.name) ?? [], options.keep),
        options,
        split.rows.train,
        prepared.checkpoints.fit,
      ),
      defer(() => calibrateLesson(again, temperature)).pipe(ignoreElements()),
    );
  }).pipe(showing(prepared, options, terminal), filter(isTraining));
  return concat(
    training$,
    defer(() => report$),
    refits(split, options) ? refit$ : EMPTY,
  ).pipe(
    prepared.checkpoints.keeping,
    alongside(
      ...boardsOf(
        prepared,
        options,
        lessonHyperparameters(data, { ...options, ...recipe }, model.config, split, backend),
        terminal,
      ),
    ),
    telling(prepared),
    ignoreElements(),
    endWith(undefined),
    concatMap(() =>
      report === undefined
        ? EMPTY
        : of({
            model: refitted ?? model,
            split,
            report,
            epochs: epochs.get(model.name) ?? [],
            choice: comparison?.choice,
            classWeights: options.classWeights ?? 'balanced',
            temperature,
            refittedOn: refitted && all.rows.train,
          } satisfies Trained),
    ),
    savingLastGood(
      out,
      split,
      () => ({
        name: model.name,
        config: model.config,
        weights: 'deferred' in model ? undefined : model.stateDict(),
        features: undefined,
        vectors: undefined,
      }),
      prepared.checkpoints.last,
    ),
  );
};

const choiceOf = (
  { split, vectors }: Prepared,
  { why, candidates, kept, linear }: ModelChosen,
  reports: { readonly kept: Report; readonly linear: Report },
): ChoiceRecord => ({
  why,
  candidates: candidates.map(({ candidate, f1, accuracy, loss }) => ({
    candidate,
    f1: orNull(f1),
    accuracy: orNull(accuracy),
    loss: orNull(loss),
  })),
  comparison: compareModels(
    split.classCounts.train,
    { name: linear.measured.candidate, report: reports.linear },
    { name: kept.measured.candidate, report: reports.kept },
  ),
  ...(vectors === undefined ? {} : { vectors: vectors.about }),
});

/** Trains a linear model and, if it suits the table, a recurrent model. Measures the selected model. */
const choiceTraining = (prepared: Prepared, options: TrainingOptions, terminal: Terminal): Observable<Trained> =>
  defer(() => {
    const { data, out, architecture, split, backend, told } = prepared;
    const epochs = epochsBefore(prepared);
    let diverged: DivergedModel | undefined;
    const how: TrainModelOptions = {
      ...modelOptions(prepared, options),
      diverged: { next: (model) => (diverged = model) },
    };
    // The page shows the planned model before it exists.
    told(
      preparedUpdate(
        split,
        whyNoNetwork(split, how) === undefined
          ? networkConfig(split, COLUMNS, how)
          : linearConfig({ classes: split.labelEncoder.size, columns: COLUMNS }),
      ),
    );
    const event$ = trainModel(split, how);
    let chosen: ModelChosen | undefined;
    const training$ = event$.pipe(
      filter((event): event is Told => {
        if (event.type !== 'model-chosen') return true;
        chosen = event;
        prepared.owned.push(event.kept.model, event.linear.model);
        return false;
      }),
      recordingEpochs(epochs),
      showing(prepared, options, terminal),
      filter(isTraining),
    );
    const trained$ = defer(() => {
      if (chosen === undefined) return of();
      const { kept, linear, why } = chosen;
      const found = chosen;
      terminal.stderr.write(`${why}\n`);
      return measured(kept.model, kept.source, split).pipe(
        concatMap((report) =>
          kept === linear
            ? of({ kept: report, linear: report })
            : measured(linear.model, linear.source, split).pipe(map((other) => ({ kept: report, linear: other }))),
        ),
        map((reports) => ({
          type: 'measured' as const,
          report: reportOf(kept.measured.candidate, reports.kept),
          trained: {
            model: kept.model,
            features: kept.features,
            vectors: kept.vectors,
            split,
            report: reports.kept,
            epochs: epochs.get(kept.trainedAs) ?? [],
            choice: choiceOf(prepared, found, reports),
            classWeights: options.classWeights ?? 'none',
          } satisfies Trained,
        })),
      );
    });
    let trained: Trained | undefined;
    const refit$ = defer(() =>
      chosen === undefined || !refits(split, options) ? EMPTY : refitModel(split, chosen.kept, how),
    ).pipe(
      filter((event): event is TrainingEvent => {
        if (event.type !== 'model-refitted') return true;
        const { model, features: read, vectors: known, rows } = event;
        prepared.owned.push(model);
        trained = trained && { ...trained, model, features: read, vectors: known, refittedOn: rows };
        return false;
      }),
      showing(prepared, options, terminal),
      filter(isTraining),
    );
    return concat(
      training$,
      trained$.pipe(
        map((event) => {
          trained = event.trained;
          return event.report;
        }),
      ),
      refit$,
    ).pipe(
      prepared.checkpoints.keeping,
      alongside(
        ...boardsOf(prepared, options, choiceHyperparameters(data, options, architecture, split, backend), terminal),
      ),
      telling(prepared),
      ignoreElements(),
      endWith(undefined),
      concatMap(() => (trained === undefined ? EMPTY : of(trained))),
      savingLastGood(out, split, () => diverged, prepared.checkpoints.last),
    );
  });

/** Trains on the split rows, then measures on the test rows. Subscribe once. */
export const trainAndMeasure = (
  prepared: Prepared,
  options: TrainingOptions,
  terminal: Terminal,
): Observable<Trained> =>
  prepared.architecture === 'lesson'
    ? lessonTraining(prepared, options, terminal)
    : choiceTraining(prepared, options, terminal);
