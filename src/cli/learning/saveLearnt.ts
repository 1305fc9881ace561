import { defer, type Observable } from 'rxjs';
import type { Artifacts } from '../../models/artifacts/Artifacts.js';
import { encodeArtifacts } from '../../models/artifacts/encodeArtifacts.js';
import type { TextModel } from '../../models/artifacts/restoreModel.js';
import { writeFiles } from '../../sinks/files/writeFiles.js';
import { fromTask } from '../process/fromTask.js';
import type { LabelTally } from './LabelTally.js';

/**
 * Saves a model that has learnt from labels, each file whole or not at all. The scores of its test rows were those of
 * the model before: in their place it has what the labels showed.
 */
export const saveLearnt = (out: string, model: TextModel, before: Artifacts, tally: LabelTally): Observable<void> =>
  defer(() => {
    const { config, text, tokenizer, features, vectors, labelEncoder, modelId = '', training } = before;
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
          training: {
            ...tally.record(modelId),
            ...(training?.table === undefined ? {} : { table: training.table }),
          },
        }),
      ),
    );
  });
