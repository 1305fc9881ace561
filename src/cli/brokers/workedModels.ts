import { defer, finalize, from, map, mergeMap, Observable, retry, switchMap, throwError, timer } from 'rxjs';
import type { PublishedModels, StoredModel } from '../../brokers/models/PublishedModels.js';
import type { ModelStore } from '../../brokers/models/ModelStore.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { reasonOf } from '../../contracts/reasonOf.js';
import { backendLine } from '../backends/backendLine.js';
import { type LoadedModel, loadModel } from '../inference/model.js';
import type { BackendChoice } from '../training/options/trainingOptions.js';
import { isBrokerAddress, modelAddress } from './brokerAddress.js';
import { openModels } from './brokerClients.js';
import type { BrokerOptions } from './brokerOptions.js';
import { Rollout, type WorkedModel, workedModel } from './Rollout.js';

/** What becomes of the models of a worker. */
export type RolloutEvent =
  /** These are in use from now on. */
  | {
      readonly type: 'models';
      readonly inUse: string;
      readonly candidate: { readonly id: string; readonly share: number } | undefined;
    }
  /** A model that was published cannot be used; those before stay. */
  | { readonly type: 'refused'; readonly id: string; readonly reason: string }
  /** What is published cannot be seen for now. */
  | { readonly type: 'unseen'; readonly reason: string };

/** Where a worker's models come from, and who is told of them. */
export interface RolloutOptions {
  /** A folder, or the address of a published model. */
  readonly model: string;
  readonly client: BrokerOptions;
  readonly choice: BackendChoice;
  readonly env: NodeJS.ProcessEnv;
  readonly told: (event: RolloutEvent) => void;
  /** Told which backend computes. */
  readonly write: (line: string) => void;
}

/** How often what is published is tried again: a file may be under way, or a server away. */
const RETRY_MS = 1000;
/** After how long without a first model it is said that one is waited for. */
const WAITING_MS = 3000;
/** The tries for a file that is not the one that was published. */
const TRIES = 3;

/** A model that is loaded from its files. */
const loaded = (source: string | ReadonlyMap<string, Uint8Array>, options: RolloutOptions): Observable<WorkedModel> =>
  loadModel(source, options.choice, options.env).pipe(
    mergeMap((model: LoadedModel | undefined) => {
      if (model === undefined) return [];
      options.write(backendLine(model.backend));
      return [workedModel(model)];
    }),
  );

const isOfBroker = (error: unknown): boolean => error instanceof HeadwaterError && error.code === 'HW_BROKER';

/** Follows what is published under a name; emits its place once there is a first model. */
const following = (store: ModelStore, name: string, options: RolloutOptions): Observable<Rollout> =>
  new Observable((subscriber) => {
    const rollout = new Rollout();
    subscriber.add(() => rollout.dispose());
    let waiting: PublishedModels | undefined;
    let loading = false;
    let begun = false;

    const modelOf = ({ id, files }: StoredModel): Observable<WorkedModel> => {
      const known = rollout.find(id);
      if (known !== undefined) return from([known]);
      return defer(() => store.fetch(files)).pipe(
        retry({
          delay: (error: unknown, tries) =>
            isOfBroker(error) || tries < TRIES ? timer(RETRY_MS) : throwError(() => error),
        }),
        switchMap((bytes) => loaded(bytes, options)),
      );
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
    /** Loads what was published last; what was replaced meanwhile is never loaded. */
    const load = (): void => {
      if (loading || waiting === undefined) return;
      const { inUse, candidate } = waiting;
      waiting = undefined;
      loading = true;
      let trying = inUse.id;
      const work$ = modelOf(inUse).pipe(
        switchMap((model) => {
          // In use before the candidate is there: it must not wait for one that cannot be loaded.
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
              // At the start it is said what is missing; later what is in use stays, and is asked for again.
              if (!begun) return throwError(() => error);
              options.told({ type: 'unseen', reason: reasonOf(error) });
              return timer(RETRY_MS);
            },
          }),
        )
        .subscribe({
          next: (models) => {
            waiting = models;
            load();
          },
          error: (error: unknown) => subscriber.error(error),
        }),
    );
  });

/**
 * The place of a worker's models, emitted once there is a first one, which others take while it works. Those of a folder
 * stay, those that are published under a name are replaced as others are published. Never completes.
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
