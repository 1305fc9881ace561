import { finalize, map, type Observable, switchMap } from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { Artifacts } from '../../models/artifacts/Artifacts.js';
import type { Classifier } from '../../models/classifier.js';
import { classifierOn } from '../../models/internal/classifierOn.js';
import type { DeferredClassifier } from '../../models/deferredClassifier.js';
import { loadArtifacts } from '../../models/artifacts/loadArtifacts.js';
import type { SelectedBackend } from '../../ops/backends/selectBackend.js';
import { fromTask } from '../process/fromTask.js';
import { type BackendChoice, chosenBackend } from '../training/trainingOptions.js';

/** A saved model, loaded. */
export interface LoadedModel<Model extends Classifier | DeferredClassifier = Classifier> {
  readonly model: Model;
  readonly artifacts: Artifacts;
  readonly backend: SelectedBackend;
}

/** Rows a batch that the backends are compared at. */
const BATCH = 64;

const loadedOn = <T>(
  directory: string,
  choice: BackendChoice,
  deferred: boolean,
  env: NodeJS.ProcessEnv,
  work: (loaded: LoadedModel<Classifier | DeferredClassifier>) => Observable<T>,
): Observable<T> =>
  fromTask(loadArtifacts(directory)).pipe(
    switchMap((artifacts) =>
      chosenBackend(choice, { config: artifacts.config, batchSize: BATCH, work: 'predict', deferred }, env).pipe(
        map((backend) => ({ artifacts, backend })),
      ),
    ),
    switchMap(({ artifacts, backend }) => {
      const model = classifierOn(artifacts.config, { seed: 0, backend: backend.name, weights: artifacts.weights });
      return work({ model, artifacts, backend }).pipe(finalize(() => model.dispose()));
    }),
  );

/** Loads a saved model onto any backend, for as long as the work on it lasts. */
export const withAnyModel = <T>(
  directory: string,
  choice: BackendChoice,
  env: NodeJS.ProcessEnv,
  work: (loaded: LoadedModel<Classifier | DeferredClassifier>) => Observable<T>,
): Observable<T> => loadedOn(directory, choice, true, env, work);

/** The same for work that needs its answers at once. */
export const withModel = <T>(
  directory: string,
  choice: BackendChoice,
  env: NodeJS.ProcessEnv,
  work: (loaded: LoadedModel) => Observable<T>,
): Observable<T> =>
  loadedOn(directory, choice, false, env, ({ model, ...loaded }) => {
    if ('deferred' in model)
      throw new HeadwaterError(
        'HW_USAGE',
        `Live headlines need each result at once, and the results of the backend ${loaded.backend.name} arrive later. Use --backend headwater.`,
      );
    return work({ model, ...loaded });
  });
