import { finalize, map, type Observable, switchMap } from 'rxjs';
import type { Artifacts } from '../models/Artifacts.js';
import type { Classifier } from '../models/classifier.js';
import { loadArtifacts } from '../models/loadArtifacts.js';
import { restoreClassifier } from '../models/restoreClassifier.js';
import type { SelectedBackend } from '../ops/selectBackend.js';
import { fromTask } from './fromTask.js';
import { type BackendChoice, chosenBackend } from './trainingOptions.js';

/** A saved model, loaded. */
export interface LoadedModel {
  readonly model: Classifier;
  readonly artifacts: Artifacts;
  readonly backend: SelectedBackend;
}

/** Loads a saved model onto a backend, for as long as the work on it lasts. */
export const withModel = <T>(directory: string, choice: BackendChoice, work: (loaded: LoadedModel) => Observable<T>): Observable<T> =>
  fromTask(loadArtifacts(directory)).pipe(
    switchMap((artifacts) => chosenBackend(choice).pipe(map((backend) => ({ artifacts, backend })))),
    switchMap(({ artifacts, backend }) => {
      const model = restoreClassifier(artifacts, { backend: backend.name });
      return work({ model, artifacts, backend }).pipe(finalize(() => model.dispose()));
    }),
  );
