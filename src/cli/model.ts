import { defer, finalize, map, type Observable, switchMap, tap } from 'rxjs';
import type { Artifacts } from '../models/Artifacts.js';
import type { Classifier } from '../models/classifier.js';
import { loadArtifacts } from '../models/loadArtifacts.js';
import { restoreClassifier } from '../models/restoreClassifier.js';
import { type BackendName, selectBackend } from '../ops/selectBackend.js';
import { fromTask } from './fromTask.js';
import type { Terminal } from './Terminal.js';
import { announceBackend } from './trainingJob.js';

/** A saved model, loaded. */
export interface LoadedModel {
  readonly model: Classifier;
  readonly artifacts: Artifacts;
}

/** Loads a saved model onto a backend, for as long as the work on it lasts. */
export const withModel = <T>(directory: string, backend: BackendName, terminal: Terminal, work: (loaded: LoadedModel) => Observable<T>): Observable<T> =>
  fromTask(loadArtifacts(directory)).pipe(
    switchMap((artifacts) =>
      fromTask(selectBackend(backend)).pipe(
        tap((selected) => announceBackend(selected, terminal)),
        map((selected) => ({ artifacts, backend: selected.name })),
      ),
    ),
    switchMap(({ artifacts, backend: name }) =>
      defer(() => {
        const model = restoreClassifier(artifacts, { backend: name });
        return work({ model, artifacts }).pipe(finalize(() => model.dispose()));
      }),
    ),
  );
