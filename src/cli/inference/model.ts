import { finalize, map, type Observable, of, switchMap } from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { Artifacts } from '../../models/artifacts/Artifacts.js';
import { architectureOf, isLessonConfig } from '../../models/artifacts/ModelConfig.js';
import { restoreModel, type TextModel } from '../../models/artifacts/restoreModel.js';
import { deferredClassifier, type DeferredClassifier } from '../../models/deferredClassifier.js';
import { loadArtifacts } from '../../models/artifacts/loadArtifacts.js';
import type { SelectedBackend } from '../../ops/backends/selectBackend.js';
import { WEBGPU_NAME } from '../../ops/backends/loadWebgpu.js';
import { type RowEncoder, rowEncoder } from '../../text/rowEncoder.js';
import { NO_BACKEND } from '../backends/backendLine.js';
import { workloadConfig } from '../backends/workloadConfig.js';
import { fromTask } from '../process/fromTask.js';
import { type BackendChoice, chosenBackend } from '../training/trainingOptions.js';

/** A saved model, loaded. */
export interface LoadedModel<Model extends TextModel | DeferredClassifier = TextModel> {
  readonly model: Model;
  readonly artifacts: Artifacts;
  /** What turns texts into what the model reads. */
  readonly encoder: RowEncoder;
  readonly backend: SelectedBackend;
}

/** Rows a batch that the backends are compared at. */
const BATCH = 64;

/** The backend that a model lives on: a linear one needs none. */
const backendFor = (
  { config }: Artifacts,
  choice: BackendChoice,
  deferred: boolean,
  env: NodeJS.ProcessEnv,
): Observable<SelectedBackend> => {
  const workload = workloadConfig(config);
  return workload === undefined
    ? of(NO_BACKEND)
    : chosenBackend(
        choice,
        { config: workload, batchSize: BATCH, work: 'predict', deferred: deferred && isLessonConfig(config) },
        env,
      );
};

const modelOn = (artifacts: Artifacts, { name: backend }: SelectedBackend): TextModel | DeferredClassifier => {
  const { config, weights } = artifacts;
  if (backend !== WEBGPU_NAME) return restoreModel(artifacts, { backend });
  if (isLessonConfig(config)) return deferredClassifier(config, { seed: 0, backend, weights });
  throw new HeadwaterError(
    'HW_USAGE',
    `A model of the architecture ${architectureOf(config)} cannot live on the backend webgpu. Use --backend headwater.`,
  );
};

const loadedOn = <T>(
  directory: string,
  choice: BackendChoice,
  deferred: boolean,
  env: NodeJS.ProcessEnv,
  work: (loaded: LoadedModel<TextModel | DeferredClassifier>) => Observable<T>,
): Observable<T> =>
  fromTask(loadArtifacts(directory)).pipe(
    switchMap((artifacts) =>
      backendFor(artifacts, choice, deferred, env).pipe(map((backend) => ({ artifacts, backend }))),
    ),
    switchMap(({ artifacts, backend }) => {
      const model = modelOn(artifacts, backend);
      return work({ model, artifacts, encoder: rowEncoder(artifacts), backend }).pipe(finalize(() => model.dispose()));
    }),
  );

/** Loads a saved model onto any backend, for as long as the work on it lasts. */
export const withAnyModel = <T>(
  directory: string,
  choice: BackendChoice,
  env: NodeJS.ProcessEnv,
  work: (loaded: LoadedModel<TextModel | DeferredClassifier>) => Observable<T>,
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
