import { concat, concatMap, defer, filter, ignoreElements, map, type Observable, of, tap } from 'rxjs';
import type { TrialRecord } from '../../../contracts/training/TrainingRecord.js';
import { batchSource } from '../../../operators/batches/batchSource.js';
import type { CandidateMeasured } from '../../../training/ModelChosen.js';
import { measureCandidate } from '../../../training/measureCandidate.js';
import { trainModel } from '../../../training/trainModel.js';
import { orNull } from '../results/epochRecord.js';
import { lessonModel } from '../lesson/lessonModel.js';
import { modelOptions } from '../prepared/modelOptions.js';
import { BATCH_SIZE, recipeOf } from '../options/recipe.js';
import { NO_CHECKPOINTS, type Prepared } from '../prepared/Prepared.js';
import { trainLesson } from '../lesson/trainLesson.js';
import type { TrainingOptions } from '../options/trainingOptions.js';
import { type Setting, settingText } from './searchSpace.js';

const recordOf = (setting: Setting, { candidate, f1, accuracy, loss }: CandidateMeasured): TrialRecord => ({
  setting: settingText(setting),
  candidate,
  f1: orNull(f1),
  accuracy: orNull(accuracy),
  loss: orNull(loss),
});

/** Trains a model with a setting, measures it on the validation rows, and disposes it. */
export const runTrial = (prepared: Prepared, given: TrainingOptions, setting: Setting): Observable<TrialRecord> =>
  defer(() => {
    const options: TrainingOptions = { ...given, ...setting };
    const { split, backend, valve } = prepared;
    const measured = (found: CandidateMeasured): TrialRecord => recordOf(setting, found);
    if (prepared.architecture === 'lesson') {
      const model = lessonModel(split, options, backend);
      const source = batchSource(split, { batchSize: options.batchSize ?? BATCH_SIZE, valve });
      return concat(
        trainLesson(model, source, recipeOf(options, split.rows.train), options).pipe(ignoreElements()),
        measureCandidate(model.name, model, source, split.labelEncoder.classes).pipe(
          tap({ finalize: () => model.dispose() }),
          map(measured),
        ),
      );
    }
    // The validation rows measure the trial, so they are not used for training.
    const how = { ...modelOptions({ ...prepared, checkpoints: NO_CHECKPOINTS }, options), joinValidation: false };
    return trainModel(split, how).pipe(
      filter((event) => event.type === 'model-chosen'),
      concatMap(({ kept, linear }) => {
        kept.model.dispose();
        if (linear !== kept) linear.model.dispose();
        return of(measured(kept.measured));
      }),
    );
  });
