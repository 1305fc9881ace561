import { map, type Observable } from 'rxjs';
import type { ModelView } from '../../../contracts/training/TrainingView.js';
import { loadArtifacts } from '../../../models/artifacts/loadArtifacts.js';
import { fromTask } from '../../process/fromTask.js';

/** The training of a saved model for the page; its name is that of its folder. */
export const savedRun = (directory: string): Observable<ModelView> =>
  fromTask(loadArtifacts(directory)).pipe(
    map(({ modelId = null, labelEncoder, config, performance = null, training = null }) => ({
      name: directory,
      modelId,
      classes: labelEncoder.classes,
      config,
      performance,
      training,
    })),
  );
