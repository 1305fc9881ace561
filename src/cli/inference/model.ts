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
import { type BackendChoice, chosenBackend } from '../training/options/trainingOptions.js';

/** A loaded model. */
export interface LoadedModel<Model extends TextModel | DeferredClassifier = TextModel> {
  readonly model: Model;
  readonly artifacts: Artifacts;
  /** Converts texts to the inputs of the model. */
  readonly encoder: RowEncoder;
  readonly backend: SelectedBackend;
}

/** The batch size for the comparison of backends, in rows. */
const BATCH = 64;

/** The backend of a model; a linear model needs none. */
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

const restoredOn = (
  artifacts: Artifacts,
  choice: BackendChoice,
  deferred: boolean,
  env: NodeJS.ProcessEnv,
): Observable<LoadedModel<TextModel | DeferredClassifier>> =>
  backendFor(artifacts, choice, deferred, env).pipe(
    map((backend) => ({ model: modelOn(artifacts, backend), artifacts, encoder: rowEncoder(artifacts), backend })),
  );

const loadedOn = <T>(
  directory: string,
  choice: BackendChoice,
  deferred: boolean,
  env: NodeJS.ProcessEnv,
  work: (loaded: LoadedModel<TextModel | DeferredClassifier>) => Observable<T>,
): Observable<T> =>
  fromTask(loadArtifacts(directory)).pipe(
    switchMap((artifacts) => restoredOn(artifacts, choice, deferred, env)),
    switchMap((loaded) => work(loaded).pipe(finalize(() => loaded.model.dispose()))),
  );

const answeringAtOnce = ({ model, ...loaded }: LoadedModel<TextModel | DeferredClassifier>): LoadedModel => {
  if (!('deferred' in model)) return { model, ...loaded };
  model.dispose();
  throw new HeadwaterError(
    'HW_USAGE',
    'Live headlines need each result at once, and the results of the backend ' +
      `${loaded.backend.name} arrive later. Use --backend headwater.`,
  );
};

/**
 * Loads a saved model with synchronous answers, from its folder or from the bytes of its files. The subscriber must
 * dispose the model. Emits undefined if the model has the given id.
 */
export const loadModel = (
  source: string | ReadonlyMap<string, Uint8Array>,
  choice: BackendChoice,
  env: NodeJS.ProcessEnv,
  unlessId?: string,
): Observable<LoadedModel | undefined> =>
  fromTask(loadArtifacts(source)).pipe(
    switchMap((artifacts) =>
      artifacts.modelId !== undefined && artifacts.modelId === unlessId
        ? of(undefined)
        : restoredOn(artifacts, choice, false, env).pipe(map(answeringAtOnce)),
    ),
  );

/** Loads a saved model on any backend, and disposes it when the work ends. */
export const withAnyModel = <T>(
  directory: string,
  choice: BackendChoice,
  env: NodeJS.ProcessEnv,
  work: (loaded: LoadedModel<TextModel | DeferredClassifier>) => Observable<T>,
): Observable<T> => loadedOn(directory, choice, true, env, work);

/** Like `withAnyModel`, for work that needs synchronous answers. */
export const withModel = <T>(
  directory: string,
  choice: BackendChoice,
  env: NodeJS.ProcessEnv,
  work: (loaded: LoadedModel) => Observable<T>,
): Observable<T> => loadedOn(directory, choice, false, env, (loaded) => work(answeringAtOnce(loaded)));
