import { defer, finalize, from, map, mergeMap, Observable, retry, Subject, switchMap, throwError, timer } from 'rxjs';
import type { PublishedModels, StoredModel } from '../../brokers/models/PublishedModels.js';
import type { ModelStore } from '../../brokers/models/ModelStore.js';
import { reasonOf } from '../../contracts/reasonOf.js';
import { backendLine } from '../backends/backendLine.js';
import { type LoadedModel, loadModel } from '../inference/model.js';
import type { BackendChoice } from '../training/options/trainingOptions.js';
import { isBrokerAddress, modelAddress } from './brokerAddress.js';
import { openModels } from './brokerClients.js';
import type { BrokerOptions } from './brokerOptions.js';
import { fetchPublished } from './fetchPublished.js';
import { Rollout, type WorkedModel, workedModel } from './Rollout.js';

/** An event of a worker's models. */
export type RolloutEvent =
  /** These models are in use from now on. */
  | {
      readonly type: 'models';
      readonly inUse: string;
      readonly candidate: { readonly id: string; readonly share: number } | undefined;
    }
  /** A published model cannot be used; the current models stay. */
  | { readonly type: 'refused'; readonly id: string; readonly reason: string }
  /** The store cannot be read at the moment. */
  | { readonly type: 'unseen'; readonly reason: string };

/** The source of a worker's models, and the listeners for its events. */
export interface RolloutOptions {
  /** A folder, or the address of a published model. */
  readonly model: string;
  readonly client: BrokerOptions;
  readonly choice: BackendChoice;
  readonly env: NodeJS.ProcessEnv;
  readonly told: (event: RolloutEvent) => void;
  /** Receives a line about the backend in use. */
  readonly write: (line: string) => void;
}

/** The interval between attempts to read what is published. Milliseconds. */
const RETRY_MS = 1000;
/** The time without a first model after which a message says that the worker waits for it. */
const WAITING_MS = 3000;

/** A model loaded from its files. */
const loaded = (source: string | ReadonlyMap<string, Uint8Array>, options: RolloutOptions): Observable<WorkedModel> =>
  loadModel(source, options.choice, options.env).pipe(
    mergeMap((model: LoadedModel | undefined) => {
      if (model === undefined) return [];
      options.write(backendLine(model.backend));
      return [workedModel(model)];
    }),
  );

/** Follows the models that are published under a name; emits the rollout when there is a first model. */
const following = (store: ModelStore, name: string, options: RolloutOptions): Observable<Rollout> =>
  new Observable((subscriber) => {
    const rollout = new Rollout();
    subscriber.add(() => rollout.dispose());
    let waiting: PublishedModels | undefined;
    const replaced$ = new Subject<void>();
    let loading = false;
    let begun = false;

    const modelOf = (model: StoredModel): Observable<WorkedModel> => {
      const known = rollout.find(model.id);
      if (known !== undefined) return from([known]);
      return fetchPublished(store, model, {
        isReplaced: () => waiting !== undefined,
        replaced$,
        refused: (error) => options.told({ type: 'refused', id: model.id, reason: reasonOf(error) }),
      }).pipe(switchMap((bytes) => loaded(bytes, options)));
    };
    const put = (
      inUse: WorkedModel,
      candidate: { readonly model: WorkedModel; readonly share: number } | undefined,
    ) => {
      rollout.use({ inUse, candidate });
      options.told({
        type: 'models',
        inUse: inUse.id,
        candidate: candidate === undefined ? undefined : { id: candidate.model.id, share: candidate.share },
      });
      if (!begun) subscriber.next(rollout);
      begun = true;
    };
    /** Loads the most recently published models. Models that were replaced in the meantime are never loaded. */
    const load = (): void => {
      if (loading || waiting === undefined) return;
      const { inUse, candidate } = waiting;
      waiting = undefined;
      loading = true;
      let trying = inUse.id;
      const work$ = modelOf(inUse).pipe(
        switchMap((model) => {
          // The model is put in use before the candidate is loaded, so that it does not wait for a candidate that
          // cannot be loaded.
          if (candidate === undefined || rollout.find(candidate.model.id) === undefined) put(model, undefined);
          if (candidate === undefined) return [];
          trying = candidate.model.id;
          return modelOf(candidate.model).pipe(map((beside) => put(model, { model: beside, share: candidate.share })));
        }),
        finalize(() => {
          loading = false;
          if (!subscriber.closed) load();
        }),
      );
      subscriber.add(
        work$.subscribe({
          error: (error: unknown) => options.told({ type: 'refused', id: trying, reason: reasonOf(error) }),
        }),
      );
    };
    subscriber.add(
      timer(WAITING_MS).subscribe(() => {
        if (!begun) options.write(`Waiting for a model called ${name}. Publish one: headwater publish-model`);
      }),
    );
    subscriber.add(
      store
        .published(name)
        .pipe(
          retry({
            delay: (error: unknown) => {
              // At the start, an error is final. Later the current models stay in use, and the store is read again.
              if (!begun) return throwError(() => error);
              options.told({ type: 'unseen', reason: reasonOf(error) });
              return timer(RETRY_MS);
            },
          }),
        )
        .subscribe({
          next: (models) => {
            waiting = models;
            replaced$.next();
            load();
          },
          error: (error: unknown) => subscriber.error(error),
        }),
    );
  });

/**
 * Emits the rollout of a worker's models when there is a first model. The rollout replaces its models while the worker
 * runs. A model of a folder stays; a model with a published name is replaced when another is published. Never
 * completes.
 */
export const workedModels = (options: RolloutOptions): Observable<Rollout> => {
  const { model, client } = options;
  if (!isBrokerAddress(model))
    return loaded(model, options).pipe(
      switchMap(
        (inUse) =>
          new Observable<Rollout>((subscriber) => {
            const rollout = new Rollout();
            rollout.use({ inUse, candidate: undefined });
            subscriber.add(() => rollout.dispose());
            options.told({ type: 'models', inUse: inUse.id, candidate: undefined });
            subscriber.next(rollout);
          }),
      ),
    );
  const address = modelAddress(model, '--model');
  return defer(() => openModels(address, client)).pipe(
    switchMap((store) => following(store, address.name, options).pipe(finalize(() => void store.close()))),
  );
};
