import {
  concat,
  delayWhen,
  EMPTY,
  finalize,
  identity,
  ignoreElements,
  map,
  type Observable,
  of,
  switchMap,
  tap,
} from 'rxjs';
import { prepare } from '../../operators/rows/prepare.js';
import { alongside } from '../../sinks/alongside.js';
import { rowProgress } from '../../sinks/progress/rowProgress.js';
import { architectureOf } from '../../models/artifacts/ModelConfig.js';
import type { SelectedBackend } from '../../ops/backends/selectBackend.js';
import { backendLine, NO_BACKEND } from '../backends/backendLine.js';
import { checkFile, checkFolder, checkModelOutput } from '../outputs/checkOutput.js';
import { fromTask } from '../process/fromTask.js';
import type { FlowShown } from '../flow/flowShown.js';
import type { Terminal } from '../process/Terminal.js';
import type { CrossValidationRecord } from '../../contracts/training/TrainingRecord.js';
import type { SavedCheckpoint } from '../../checkpoints/latestCheckpoint.js';
import { asBefore, preparedIdentity } from '../checkpoints/trainingIdentity.js';
import { type TrainingCheckpoints, trainingCheckpoints } from '../checkpoints/trainingCheckpoints.js';
import { openData } from '../tables/dataSource.js';
import { onFirstPass, telling } from '../tables/firstPass.js';
import { type DataNames } from '../tables/openTables.js';
import { checkRejectionsFile, tellingRejections } from '../tables/tellRejections.js';
import type { ArchitectureName } from './options/ArchitectureName.js';
import { checkLabels } from '../tables/labelCheck.js';
import { checkFolds, crossValidate, foldValidation } from './crossValidation.js';
import { coveringVectors } from './prepared/foundVectors.js';
import { KnownRows } from './prepared/KnownRows.js';
import { type TrainingStart, trainingStart } from './prepared/trainingStart.js';
import { workloadOf } from './lesson/lessonModel.js';
import { decidingOptions } from './options/decidingOptions.js';
import { numTokensOf } from './options/recipe.js';
import { checkSearch, type SearchDone, searchSettings } from './search/search.js';
import { tellTrial } from './search/tellTrial.js';
import { NotedTexts } from './results/NotedTexts.js';
import { saveTrained } from './results/saveTrained.js';
import { tellTrained } from './results/tellTrained.js';
import type { SeenTexts } from '../../text/SeenTexts.js';
import { checkSides, sharesOf, splitLines } from '../tables/splitOptions.js';
import { readingLines } from './options/textOptions.js';
import { lockingOutputs } from './outputLocks.js';
import { trainAndMeasure } from './trainAndMeasure.js';
import type { Prepared } from './prepared/Prepared.js';
import type { Trained } from './results/Trained.js';
import { chosenBackend, type TrainingOptions } from './options/trainingOptions.js';
import type { TrainingPage } from './trainingPage.js';

/** The backend for training an architecture; a linear model needs none. */
const backendFor = (
  architecture: ArchitectureName,
  options: TrainingOptions,
  env: NodeJS.ProcessEnv,
): Observable<SelectedBackend> =>
  architecture === 'linear'
    ? of(NO_BACKEND)
    : chosenBackend(options, { ...workloadOf(options), deferred: architecture === 'lesson' }, env);

/**
 * The main job: reads the data, trains, measures on the test rows, saves the artifacts and reports.
 *
 * @param flow the terminal for its output, with the display of the flow if requested
 * @param page the page that shows it, if any
 * @param checkpoints its checkpoints; the caller can request one when a signal arrives
 * @returns emits the result when everything is saved; its model is disposed when the subscription ends
 */
export const trainingJob = (
  data: DataNames,
  out: string,
  options: TrainingOptions,
  flow: FlowShown,
  page?: TrainingPage,
  checkpoints: TrainingCheckpoints = trainingCheckpoints(out, options, decidingOptions(options), flow.terminal),
): Observable<Trained> => {
  const job = (told: Prepared['told']): Observable<Trained> =>
    flow.beside(
      trainingFor(data, out, options, flow.terminal, told, checkpoints),
      page === undefined ? undefined : told,
    );
  return page === undefined ? job(() => undefined) : page.beside(job);
};

const trainingFor = (
  data: DataNames,
  out: string,
  given: TrainingOptions,
  terminal: Terminal,
  told: Prepared['told'],
  checkpoints: TrainingCheckpoints,
): Observable<Trained> => {
  const from = (
    found: SavedCheckpoint | undefined,
    { options, architecture, text, older }: TrainingStart,
  ): Observable<Trained> => {
    const shares = sharesOf(options);
    checkFolds(options);
    checkSearch(options);
    const source = openData(data, options, terminal);
    const texts = new NotedTexts();
    const known = older && new KnownRows(older);
    const usedTexts = (trained: Trained): SeenTexts | undefined => {
      const used = texts.usedBy(trained);
      if (older === undefined || architectureOf(trained.model.config) === 'linear') return used;
      // The new model has learnt from them, too, by its initial weights. If they are not known, no list is complete.
      return older.artifacts.seen?.union(used);
    };
    const say = (line: string): void => void terminal.stderr.write(`${line}\n`);
    // `rejections$` completes when the job ends.
    source.rejected.rejections$.subscribe(told);
    const job$ = backendFor(architecture, options, terminal.env).pipe(
      switchMap((backend) => {
        const rows$ = onFirstPass(source.rows$, (row$) =>
          row$.pipe(
            alongside(rowProgress({ label: 'reading', stream: terminal.stderr, env: terminal.env })),
            checkpoints.hashing,
            texts.noting,
            checkLabels(source.classOrder !== undefined, say),
            telling(backendLine(backend), terminal),
            known?.dividing ?? identity,
          ),
        );
        const reading = {
          seed: options.seed,
          numTokens: numTokensOf(options),
          text,
          classOrder: source.classOrder,
          placeOf: source.placeOf,
          maxWithoutText: options.maxWithoutText,
          minTokenFrequency: options.minTokenFrequency,
          valve: source.valve,
          rejections: source.laterRejections,
        };
        return prepare(rows$, { ...reading, shares }).pipe(
          switchMap((split) => {
            checkSides(split, options);
            known?.checkSides(split.rows, shares);
            const { train, validation, test } = split.rows;
            const kept = train + validation + test;
            const all = kept + (text.preprocessor === 'lesson' ? 0 : (split.withoutText?.rows ?? 0));
            const lines = [
              ...readingLines(text, split, all, source.placeOf),
              ...(known?.lines ?? []),
              ...splitLines(split),
            ];
            for (const line of lines) say(line);
            const owned: { dispose(): void }[] = [];
            const vectors$ =
              architecture === 'auto' || architecture === 'wide-gru'
                ? coveringVectors(split, options, older, terminal)
                : of(undefined);
            return vectors$.pipe(
              switchMap((vectors) => {
                const decided = preparedIdentity({
                  text,
                  split,
                  table: source.table(),
                  vectors: vectors && { vectors: vectors.vectors, source: vectors.about.source },
                  start: older?.artifacts.modelId,
                });
                return checkpoints
                  .ready(found, backend, source.valve, decided)
                  .pipe(map((ready) => ({ vectors, ready })));
              }),
              switchMap(({ vectors, ready }) => {
                const prepared: Prepared = {
                  data: source.name,
                  out,
                  architecture,
                  split,
                  backend,
                  vectors,
                  older,
                  valve: source.valve,
                  owned,
                  told,
                  checkpoints: ready,
                };
                if (options.trial !== undefined) return tellTrial(prepared, options, options.trial, terminal);
                const searched$: Observable<SearchDone | undefined> =
                  options.search === undefined
                    ? of(undefined)
                    : searchSettings(options.search, data, prepared, options, terminal);
                return searched$.pipe(
                  switchMap((searched) => {
                    const chosen: TrainingOptions = { ...options, ...searched?.setting };
                    const folds$: Observable<CrossValidationRecord | undefined> =
                      options.crossValidate === undefined
                        ? of(undefined)
                        : crossValidate(
                            source.rows$,
                            { ...reading, folds: options.crossValidate, validation: foldValidation(shares) },
                            prepared,
                            chosen,
                            terminal,
                          );
                    return folds$.pipe(
                      switchMap((crossValidation) =>
                        trainAndMeasure(prepared, chosen, terminal).pipe(
                          map((trained): Trained => ({
                            ...trained,
                            crossValidation,
                            search: searched?.record,
                            warmStart: older?.artifacts.modelId,
                          })),
                        ),
                      ),
                    );
                  }),
                );
              }),
              delayWhen((trained) => saveTrained(out, trained, usedTexts(trained), source.table())),
              checkpoints.explaining,
              tap((trained) => tellTrained(trained, out, options, terminal)),
              // Checkpoints are removed only when everything is saved.
              (trained$) => (options.trial === undefined ? concat(trained$, checkpoints.done$) : trained$),
              finalize(() => {
                for (const model of owned) model.dispose();
              }),
            );
          }),
        );
      }),
    );
    return tellingRejections(job$, source, options, terminal);
  };
  // An unwritable folder is found before the training and not after it.
  const refused$ = concat(
    fromTask(checkModelOutput(out)).pipe(ignoreElements()),
    given.tensorboard === undefined ? EMPTY : fromTask(checkFolder(given.tensorboard, [])).pipe(ignoreElements()),
    given.events === undefined ? EMPTY : fromTask(checkFile(given.events)).pipe(ignoreElements()),
    checkRejectionsFile(given),
  );
  const training$ = checkpoints.found$.pipe(
    switchMap((found) => trainingStart(asBefore(given, found)).pipe(switchMap((start) => from(found, start)))),
  );
  return concat(
    refused$,
    // The trials of a search write nothing; the search holds the locks.
    given.trial === undefined ? lockingOutputs(out, given.events, terminal, training$) : training$,
  );
};
