import { defer, EMPTY, type Observable, retry, takeUntil, timer } from 'rxjs';
import type { ModelStore } from '../../brokers/models/ModelStore.js';
import type { StoredModel } from '../../brokers/models/PublishedModels.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';

/** The interval between attempts: a server may be unavailable, or may not have a new file yet. Milliseconds. */
const RETRY_MS = 1000;
/** The number of attempts for a file that is missing or differs, before the model counts as refused. */
const TRIES = 3;
/** The interval between later attempts for it. Milliseconds. */
const LATER_MS = 60_000;

/** What happens to a model while it is fetched. */
export interface FetchOptions {
  /** Whether a newer publication has replaced it. */
  readonly isReplaced: () => boolean;
  /** Emits when a newer publication replaces it. */
  readonly replaced$: Observable<unknown>;
  /** Called once with the error if a file is missing or differs, also after several attempts. */
  readonly refused: (error: unknown) => void;
}

const isOfBroker = (error: unknown): boolean => error instanceof HeadwaterError && error.code === 'HW_BROKER';

/**
 * The files of a published model. If they cannot be fetched, it tries again for as long as no newer model replaces this
 * one: a file that is missing may come, for example when a server returns that was away. Completes without files if a
 * newer model replaces this one.
 */
export const fetchPublished = (
  store: Pick<ModelStore, 'fetch'>,
  { files }: StoredModel,
  { isReplaced, replaced$, refused }: FetchOptions,
): Observable<ReadonlyMap<string, Uint8Array>> =>
  defer(() => {
    let refusals = 0;
    return defer(() => store.fetch(files)).pipe(
      retry({
        delay: (error: unknown) => {
          if (isReplaced()) return EMPTY;
          if (!isOfBroker(error)) refusals += 1;
          if (!isOfBroker(error) && refusals === TRIES) refused(error);
          return timer(refusals < TRIES ? RETRY_MS : LATER_MS).pipe(takeUntil(replaced$));
        },
      }),
    );
  });
