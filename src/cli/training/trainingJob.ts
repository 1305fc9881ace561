import {
  concat,
  defer,
  delayWhen,
  EMPTY,
  filter,
  finalize,
  ignoreElements,
  map,
  type Observable,
  of,
  switchMap,
  tap,
} from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { Side } from '../../contracts/Row.js';
import type { TrainingEvent } from '../../contracts/TrainingEvent.js';
import type { EpochRecord, TrainingRecord } from '../../contracts/TrainingRecord.js';
import type { SideView } from '../../contracts/TrainingView.js';
import type { Valve } from '../../contracts/Valve.js';
import { ARTIFACT_FILES } from '../../models/artifacts/Artifacts.js';
import type { Classifier } from '../../models/classifier.js';
import { classifierOn } from '../../models/internal/classifierOn.js';
import { type ClassifierConfig, classifierConfig, type ClassifierOptions } from '../../models/ClassifierConfig.js';
import type { DeferredClassifier } from '../../models/deferredClassifier.js';
import { encodeArtifacts } from '../../models/artifacts/encodeArtifacts.js';
import { stringifyPerformance } from '../../models/artifacts/internal/performanceJson.js';
import { batchSource } from '../../operators/batches/batchSource.js';
import { earlyStopping } from '../../operators/training/earlyStopping.js';
import { evaluate } from '../../operators/training/evaluate.js';
import { fit } from '../../operators/training/fit.js';
import { prepare, type Split } from '../../operators/rows/prepare.js';
import { reduceLrOnPlateau } from '../../operators/training/reduceLrOnPlateau.js';
import type { SelectedBackend } from '../../ops/backends/selectBackend.js';
import type { TrainingPrepared, TrainingUpdate } from '../../server/training/TrainingUpdate.js';
import { alongside } from '../../sinks/alongside.js';
import { jsonLines } from '../../sinks/jsonLines.js';
import { metrics, type Report } from '../../sinks/metrics/metrics.js';
import { metricsTable } from '../../sinks/metrics/metricsTable.js';
import { progress } from '../../sinks/progress/progress.js';
import type { ReportMade } from '../../sinks/metrics/ReportMade.js';
import { rowProgress } from '../../sinks/progress/rowProgress.js';
import { tensorboard } from '../../sinks/tensorboard/tensorboard.js';
import { wantsColors } from '../../sinks/terminal/wantsColors.js';
import { writeFiles } from '../../sinks/files/writeFiles.js';
import { backendLine } from '../backends/backendLine.js';
import { checkFolder } from '../process/checkOutput.js';
import {
  checkRejectionsFile,
  type DataNames,
  onFirstPass,
  openData,
  telling,
  tellingRejections,
} from './dataSource.js';
import { excerpt } from '../../text/excerpt.js';
import { fromTask } from '../process/fromTask.js';
import { hyperparametersOf } from './hyperparametersOf.js';
import { numTokensOf, recipeOf, scheduleOf } from './recipe.js';
import { type Rescue, rescueBest } from './rescueBest.js';
import type { Workload } from '../backends/selfTest.js';
import type { Terminal } from '../process/Terminal.js';
import { chosenBackend, type TrainingOptions } from './trainingOptions.js';
import { readingLines, textStepsOf } from './textOptions.js';
import type { TrainingPage } from './trainingPage.js';

/** A training that is done: its model lives until the job's Observable ends. */
export interface Trained {
  readonly model: Classifier | DeferredClassifier;
  readonly split: Split;
  readonly report: Report;
  /** What its epochs came to. */
  readonly epochs: readonly EpochRecord[];
}

/** Memory that cannot be had: V8 says so in words of its own, the first for one array, the second for all together. */
const isTooLarge = (error: unknown): error is RangeError =>
  error instanceof RangeError && /^(Invalid typed array length|Array buffer allocation failed)/.test(error.message);

const modelFor = (
  split: Split,
  options: TrainingOptions,
  backend: SelectedBackend,
): Classifier | DeferredClassifier => {
  try {
    return buildModel(split, options, backend);
  } catch (cause) {
    if (!isTooLarge(cause)) throw cause;
    throw new HeadwaterError(
      'HW_USAGE',
      'The model does not fit into memory. Use smaller sizes: --hidden-dim, --embedding-dim, --fc-dim, --num-tokens.',
      { cause },
    );
  }
};

/** What the options make of a vocabulary and classes. */
const configOf = (
  options: TrainingOptions,
  sizes: Pick<ClassifierOptions, 'vocabularySize' | 'classes' | 'padIndex'>,
): ClassifierConfig =>
  classifierConfig({
    ...sizes,
    cell: options.cell,
    ...(options.bidirectional !== undefined && { bidirectional: options.bidirectional }),
    embeddingDim: options.embeddingDim,
    hiddenDim: options.hiddenDim,
    fcDim: options.fcDim,
    dropout: options.dropout,
    overPadding: options.overPadding ?? false,
  });

const buildModel = (
  { rows, tokenizer, labelEncoder, classWeights }: Split,
  options: TrainingOptions,
  backend: SelectedBackend,
): Classifier | DeferredClassifier =>
  classifierOn(
    configOf(options, { vocabularySize: tokenizer.size, classes: labelEncoder.size, padIndex: tokenizer.padIndex }),
    {
      seed: options.seed,
      classWeights,
      backend: backend.name,
      embeddingSpread: recipeOf(options, rows.train).embeddingSpread,
    },
  );

/** What is about to be trained, before the data says how many tokens and classes it has: at a size that is about it. */
const workloadOf = (options: TrainingOptions): Omit<Workload, 'threads'> => ({
  config: configOf(options, { vocabularySize: numTokensOf(options), classes: 4 }),
  batchSize: options.batchSize,
  work: 'train',
  deferred: true,
});

/** JSON has no NaN. */
const orNull = (measured: number): number | null => (Number.isFinite(measured) ? measured : null);

/** What a training is made on. */
interface Prepared {
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
const trainAndMeasure = (
  { data, split, model, backend, valve, told, rescue }: Prepared,
  options: TrainingOptions,
  terminal: Terminal,
): Observable<Trained> => {
  const recipe = recipeOf(options, split.rows.train);
  const epochs: EpochRecord[] = [];
  const record = (event: TrainingEvent): void => {
    if (event.type !== 'epoch') return;
    const { epoch, trainLoss, validationLoss, validationAccuracy, validationMacroF1, learningRate, improved } = event;
    epochs.push({
      epoch,
      trainLoss: orNull(trainLoss),
      validationLoss: orNull(validationLoss),
      validationAccuracy: orNull(validationAccuracy),
      validationMacroF1: orNull(validationMacroF1),
      learningRate,
      improved,
    });
  };
  const source = batchSource(split, { batchSize: options.batchSize, valve });
  const lines = options.json === true ? [jsonLines(terminal.stdout, { valve })] : [];
  const training$ = of(source).pipe(
    fit(model, {
      epochs: recipe.epochs,
      learningRate: recipe.lr,
      schedule: scheduleOf(recipe),
      steps: recipe.schedule === 'plateau' ? [reduceLrOnPlateau(), earlyStopping({ patience: options.patience })] : [],
    }),
    tap(record),
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

/** How a training went, for those who look at its model later. */
const recordOf = ({ report: { confusion, accuracy, loss }, epochs }: Trained): TrainingRecord => ({
  epochs,
  confusion,
  accuracy,
  loss: orNull(loss),
});

/** Saves what was trained, each file whole or not at all. */
const save = (out: string, trained: Trained): Observable<void> =>
  defer(() => {
    const { model, split, report } = trained;
    const { text, tokenizer, labelEncoder } = split;
    const weights$ = 'deferred' in model ? model.stateDict() : of(model.stateDict());
    return weights$.pipe(
      switchMap((weights) =>
        fromTask(
          writeFiles(
            out,
            encodeArtifacts({
              config: model.config,
              weights,
              text,
              tokenizer,
              labelEncoder,
              performance: report.performance,
              training: recordOf(trained),
            }),
          ),
        ),
      ),
    );
  });

const tell = (
  { report, split }: Trained,
  out: string,
  { json = false }: TrainingOptions,
  { stdout, env }: Terminal,
): void => {
  // No string of JSON holds a line end, so those between its lines can go.
  if (json)
    stdout.write(
      `{"type":"performance","performance":${stringifyPerformance(report.performance, split.labelEncoder.classes).replaceAll(/\n */g, '')}}\n`,
    );
  else stdout.write(`${metricsTable(report, { colors: wantsColors(stdout, env) })}\nartifacts: ${out}\n`);
};

/** What a page shows of a training before it begins. */
const preparedUpdate = (
  { rows, labelEncoder: { classes }, classCounts }: Split,
  config: ClassifierConfig,
): TrainingPrepared => {
  const sideOf = (side: Side): SideView => ({
    rows: rows[side],
    classes: Object.fromEntries(classes.map((category, index) => [category, classCounts[side][index] ?? 0])),
  });
  return {
    type: 'prepared',
    config,
    classes,
    split: { train: sideOf('train'), validation: sideOf('validation'), test: sideOf('test') },
  };
};

/** Rows below which the number of classes says little. */
const FEW_ROWS = 50;

/** Refuses a label column of nearly unique values: a text, a name or an identifier, and no class. */
const refuseManyClasses = ({ rows, labelEncoder: { size, classes } }: Split): void => {
  const all = rows.train + rows.validation + rows.test;
  if (all < FEW_ROWS || size < all / 3) return;
  const examples = classes.slice(0, 3).map((name) => JSON.stringify(excerpt(name)));
  throw new HeadwaterError(
    'HW_USAGE',
    `The label column has ${size} different values in ${all} rows, such as ${examples.join(', ')}: they are no classes. Name the column that holds the class by --label-column.`,
  );
};

/**
 * The main job: reads the data, trains, measures the test rows, saves the artifacts and tells.
 *
 * @param page what shows it meanwhile, where something does
 * @returns emits what was trained once everything is saved; its model is disposed of when the subscription ends
 */
export const trainingJob = (
  data: DataNames,
  out: string,
  options: TrainingOptions,
  terminal: Terminal,
  page?: TrainingPage,
): Observable<Trained> => {
  const job = (told: Prepared['told']): Observable<Trained> => trainingFor(data, out, options, terminal, told);
  return page === undefined ? job(() => undefined) : page.beside(job);
};

const trainingFor = (
  data: DataNames,
  out: string,
  options: TrainingOptions,
  terminal: Terminal,
  told: Prepared['told'],
): Observable<Trained> =>
  defer(() => {
    const source = openData(data, options, terminal);
    // Completed when the job has ended.
    source.rejected.rejections$.subscribe(told);
    const job$ = textStepsOf(options).pipe(
      switchMap((text) =>
        chosenBackend(options, workloadOf(options), terminal.env).pipe(map((backend) => ({ text, backend }))),
      ),
      switchMap(({ text, backend }) => {
        const rows$ = onFirstPass(source.rows$, (row$) =>
          row$.pipe(
            alongside(rowProgress({ label: 'reading', stream: terminal.stderr, env: terminal.env })),
            telling(backendLine(backend), terminal),
          ),
        );
        return prepare(rows$, {
          seed: options.seed,
          numTokens: numTokensOf(options),
          text,
          maxWithoutText: options.maxWithoutText,
          minTokenFrequency: options.minTokenFrequency,
          valve: source.valve,
          rejections: source.rejected,
        }).pipe(
          switchMap((split) => {
            refuseManyClasses(split);
            const { train, validation, test } = split.rows;
            const kept = train + validation + test;
            const all = kept + (text.preprocessor === 'lesson' ? 0 : (split.withoutText?.rows ?? 0));
            for (const line of readingLines(text, split, all)) terminal.stderr.write(`${line}\n`);
            const model = modelFor(split, options, backend);
            told(preparedUpdate(split, model.config));
            const rescue = rescueBest(out, split, model);
            return trainAndMeasure(
              { data: source.name, split, model, backend, valve: source.valve, told, rescue },
              options,
              terminal,
            ).pipe(
              rescue.saving,
              delayWhen((trained) => save(out, trained)),
              tap((trained) => tell(trained, out, options, terminal)),
              finalize(() => model.dispose()),
            );
          }),
        );
      }),
    );
    // A folder that cannot be written to is found before the training, not after it.
    const refused$ = concat(
      fromTask(checkFolder(out, Object.values(ARTIFACT_FILES))).pipe(ignoreElements()),
      options.tensorboard === undefined ? EMPTY : fromTask(checkFolder(options.tensorboard, [])).pipe(ignoreElements()),
      checkRejectionsFile(data, options),
    );
    return concat(refused$, tellingRejections(job$, source, options, terminal));
  });
