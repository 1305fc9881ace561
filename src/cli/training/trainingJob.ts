import { concat, defer, delayWhen, EMPTY, finalize, ignoreElements, map, type Observable, switchMap, tap } from 'rxjs';
import { ARTIFACT_FILES } from '../../models/artifacts/Artifacts.js';
import { prepare } from '../../operators/rows/prepare.js';
import { alongside } from '../../sinks/alongside.js';
import { rowProgress } from '../../sinks/progress/rowProgress.js';
import { backendLine } from '../backends/backendLine.js';
import { checkFolder } from '../process/checkOutput.js';
import { fromTask } from '../process/fromTask.js';
import type { Terminal } from '../process/Terminal.js';
import { openData } from '../tables/dataSource.js';
import { onFirstPass, telling } from '../tables/firstPass.js';
import { type DataNames } from '../tables/openTables.js';
import { checkRejectionsFile, tellingRejections } from '../tables/tellRejections.js';
import { checkLabels } from '../tables/labelCheck.js';
import { lessonModel, workloadOf } from './lessonModel.js';
import { preparedUpdate } from './preparedUpdate.js';
import { numTokensOf } from './recipe.js';
import { rescueBest } from './rescueBest.js';
import { saveTrained } from './saveTrained.js';
import { tellTrained } from './tellTrained.js';
import { sharesOf, splitLines } from '../tables/splitOptions.js';
import { readingLines, textStepsOf } from './textOptions.js';
import { type Prepared, trainAndMeasure } from './trainAndMeasure.js';
import type { Trained } from './Trained.js';
import { chosenBackend, type TrainingOptions } from './trainingOptions.js';
import type { TrainingPage } from './trainingPage.js';

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
    const shares = sharesOf(options);
    const source = openData(data, options, terminal);
    const say = (line: string): void => void terminal.stderr.write(`${line}\n`);
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
            checkLabels(source.classOrder !== undefined, say),
            telling(backendLine(backend), terminal),
          ),
        );
        return prepare(rows$, {
          seed: options.seed,
          numTokens: numTokensOf(options),
          text,
          shares,
          classOrder: source.classOrder,
          maxWithoutText: options.maxWithoutText,
          minTokenFrequency: options.minTokenFrequency,
          valve: source.valve,
          rejections: source.rejected,
        }).pipe(
          switchMap((split) => {
            const { train, validation, test } = split.rows;
            const kept = train + validation + test;
            const all = kept + (text.preprocessor === 'lesson' ? 0 : (split.withoutText?.rows ?? 0));
            for (const line of [...readingLines(text, split, all), ...splitLines(split)]) say(line);
            const model = lessonModel(split, options, backend);
            told(preparedUpdate(split, model.config));
            const rescue = rescueBest(out, split, model);
            return trainAndMeasure(
              { data: source.name, split, model, backend, valve: source.valve, told, rescue },
              options,
              terminal,
            ).pipe(
              rescue.saving,
              delayWhen((trained) => saveTrained(out, trained, source.table())),
              tap((trained) => tellTrained(trained, out, options, terminal)),
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
