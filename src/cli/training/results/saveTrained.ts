import { defer, type Observable, of, switchMap } from 'rxjs';
import type { TableRecord, TrainingRecord } from '../../../contracts/training/TrainingRecord.js';
import { encodeArtifacts } from '../../../models/artifacts/encodeArtifacts.js';
import { writeFiles } from '../../../sinks/files/writeFiles.js';
import { fromTask } from '../../process/fromTask.js';
import { orNull } from './epochRecord.js';
import type { SeenTexts } from '../../../text/SeenTexts.js';
import type { Trained } from './Trained.js';

/** The record of a training in the saved model. */
const recordOf = (
  {
    report: { confusion, accuracy, loss, rows },
    epochs,
    choice,
    classWeights,
    temperature,
    refittedOn,
    warmStart,
    search,
    crossValidation,
  }: Trained,
  table: TableRecord | undefined,
): TrainingRecord => ({
  epochs,
  confusion,
  accuracy: rows === 0 ? null : accuracy,
  loss: orNull(loss),
  ...(table === undefined ? {} : { table }),
  ...(choice === undefined ? {} : { choice }),
  classWeights,
  ...(temperature === undefined ? {} : { temperature }),
  ...(refittedOn === undefined ? {} : { refittedOn }),
  ...(warmStart === undefined ? {} : { warmStart }),
  ...(search === undefined ? {} : { search }),
  ...(crossValidation === undefined ? {} : { crossValidation }),
});

/**
 * Saves the trained model, each file completely or not at all.
 *
 * @param seen the texts that its training has used; undefined if not all of them are known
 * @param table how its table was read; undefined if it has the usual form
 */
export const saveTrained = (
  out: string,
  trained: Trained,
  seen: SeenTexts | undefined,
  table: TableRecord | undefined,
): Observable<void> =>
  defer(() => {
    const { model, split, report, features, vectors } = trained;
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
              features,
              vectors,
              labelEncoder,
              performance: report.rows === 0 ? undefined : report.performance,
              training: recordOf(trained, table),
              seen,
            }),
          ),
        ),
      ),
    );
  });
