import { defer, type Observable } from 'rxjs';
import type { Artifacts } from '../../models/artifacts/Artifacts.js';
import { encodeArtifacts } from '../../models/artifacts/encodeArtifacts.js';
import type { TextModel } from '../../models/artifacts/restoreModel.js';
import { writeFiles } from '../../sinks/files/writeFiles.js';
import { fromTask } from '../process/fromTask.js';
import type { LabelTally } from './LabelTally.js';

/**
 * Saves a model that has learnt from labels, each file completely or not at all. Its earlier test scores were those of
 * the model before learning. They are replaced by the results of the labels.
 */
export const saveLearnt = (out: string, model: TextModel, before: Artifacts, tally: LabelTally): Observable<void> =>
  defer(() => {
    const { config, text, tokenizer, features, vectors, labelEncoder, modelId = '', training, seen } = before;
    return fromTask(
      writeFiles(
        out,
        encodeArtifacts({
          config,
          weights: model.stateDict(),
          text,
          tokenizer,
          features,
          vectors,
          labelEncoder,
          // Without those of the training before, the list would not be complete.
          seen: seen?.union(tally.texts),
          training: {
            ...tally.record(modelId, training?.learnt),
            ...(training?.table === undefined ? {} : { table: training.table }),
          },
        }),
      ),
    );
  });
