import type { NatsConnection } from '@nats-io/transport-node';
import {
  catchError,
  distinctUntilChanged,
  EMPTY,
  exhaustMap,
  filter,
  from,
  Observable,
  startWith,
  switchMap,
  timer,
} from 'rxjs';
import { codeOf } from '../../contracts/codeOf.js';
import { checkOptions, checkTypes, checkWhole } from '../../contracts/checkOption.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { reasonOf } from '../../contracts/reasonOf.js';
import { checkText } from '../internal/checkText.js';
import { modelStore } from '../models/internal/modelStore.js';
import type { Entry, ModelShelf } from '../models/internal/ModelShelf.js';
import type { ModelStore } from '../models/ModelStore.js';
import { checkConnection } from './internal/checkConnection.js';
import { needsNats } from './internal/needsNats.js';
import { closeOwn, openConnection } from './internal/ownConnection.js';
import { readObject } from './internal/readObject.js';
import { whileElecting } from './internal/whileElecting.js';

/** Options of `jetStreamModels`. */
export interface JetStreamModelsOptions {
  /**
   * A connection of `@nats-io/transport-node`, which stays open; or a function that opens one, which `close` closes.
   */
  readonly connection: NatsConnection | (() => Promise<NatsConnection>);
  /** The bucket: the name of both a key-value store for the names and an object store for the files. */
  readonly bucket: string;
  /** The number of servers that store the bucket, at least 1. Used only when the first model creates it. Default 1. */
  readonly replicas?: number | undefined;
}

const PACKAGES = ['@nats-io/jetstream', '@nats-io/transport-node', '@nats-io/kv', '@nats-io/obj'];

/** Milliseconds between two requests for the entry of a name, besides the entries that the server tells. */
const POLL_MS = 5000;

/** The server's error code for an entry that does not follow the expected revision. */
const WRONG_SEQUENCE = 10_071;

/** An entry, and when it was written. */
interface DatedEntry extends Entry {
  readonly created: Date;
}

/**
 * Whether an entry replaces the last one. A server that lags may answer with an older one. In a bucket that was deleted
 * and made again, revisions begin at 1 again.
 */
const isNewer = (entry: DatedEntry, last: DatedEntry): boolean =>
  entry.revision > last.revision || (entry.revision < last.revision && entry.created > last.created);

/** Whether the bucket does not exist, from the errors of both clients. */
const isMissing = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'StreamNotFoundError' || error.message === 'object store not found');

/**
 * Stores named models in NATS JetStream. A key-value bucket has the publication of each name, and an object store of
 * the same name has the files.
 *
 * If two publishers publish at the same time, the later one is refused (`HW_BROKER`).
 *
 * @param options `connection`, `bucket`, and the optional settings
 * @throws HeadwaterError `HW_USAGE` for an invalid option
 *
 * @example
 * ```ts
 * import { openArtifacts } from 'headwater';
 * import { jetStreamModels, natsConnection } from 'headwater/nats';
 * import { concatMap } from 'rxjs';
 *
 * const models = jetStreamModels({
 *   connection: natsConnection({ servers: 'nats://127.0.0.1:4222' }),
 *   bucket: 'MODELS',
 * });
 * export const classes$ = models.published('news').pipe(
 *   concatMap(async ({ inUse }) => {
 *     const { labelEncoder } = await openArtifacts(await models.fetch(inUse.files));
 *     return { model: inUse.id, classes: labelEncoder.classes };
 *   }),
 * );
 * ```
 */
export const jetStreamModels = (options: JetStreamModelsOptions): ModelStore => {
  checkOptions('jetStreamModels', options, "{ connection, bucket: 'MODELS' }");
  const { connection, bucket, replicas = 1 } = options;
  checkConnection('jetStreamModels', connection);
  checkTypes('jetStreamModels', options, { bucket: 'string' });
  checkText('jetStreamModels', 'bucket', bucket);
  checkWhole('jetStreamModels', 'replicas', replicas, 1);
  if (!/^[A-Za-z0-9_-]+$/.test(bucket))
    throw new HeadwaterError(
      'HW_USAGE',
      `jetStreamModels: bucket is ${JSON.stringify(bucket.slice(0, 100))}, but must be letters, digits, - and _.`,
    );
  const where = `the bucket ${bucket}`;
  let opened: Promise<NatsConnection> | undefined;

  /** The connection. One that cannot be opened is tried again the next time. */
  const connected = (): Promise<NatsConnection> => {
    opened ??= openConnection(connection).catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
  const open = async (create: boolean) => {
    const [{ Kvm }, { Objm }] = await Promise.all([
      needsNats(() => import('@nats-io/kv'), ['Kvm'], PACKAGES),
      needsNats(() => import('@nats-io/obj'), ['Objm'], PACKAGES),
    ]);
    const nats = await connected();
    const [names, files] = [new Kvm(nats), new Objm(nats)];
    return {
      names: await (create ? names.create(bucket, { replicas }) : names.open(bucket)),
      files: await (create ? files.create(bucket, { replicas }) : files.open(bucket)),
    };
  };
  type Bucket = Awaited<ReturnType<typeof open>>;
  const asked = <T>(request: () => Promise<T>): Promise<T> =>
    whileElecting(request, { events: undefined, server: where });
  /** Asks the bucket for something; the first time, it is created if it does not exist. */
  const written = <T>(request: (bucket: Bucket) => Promise<T>): Promise<T> =>
    asked(async () => request(await open(true)));
  /** Asks an existing bucket for something. */
  const read = async <T>(request: (bucket: Bucket) => Promise<T>): Promise<T> => {
    try {
      return await asked(async () => request(await open(false)));
    } catch (cause) {
      if (!isMissing(cause)) throw cause;
      throw new HeadwaterError(
        'HW_BROKER',
        `There is no bucket ${bucket}. Publish a first model into it: ` +
          `headwater publish-model DIR --to nats://…/${bucket}/NAME`,
        { cause, where },
      );
    }
  };
  const entryOf = async (name: string): Promise<DatedEntry | undefined> => {
    const found = await asked(async () => (await open(false)).names.get(name)).catch((error: unknown) => {
      if (isMissing(error)) return null;
      throw error;
    });
    if (found?.operation !== 'PUT') return undefined;
    return { bytes: found.value, revision: found.revision, created: found.created };
  };

  /** The entries of a name, as the server tells them. */
  const watched = (name: string) =>
    new Observable<DatedEntry>((subscriber) => {
      const watching = async (): Promise<void> => {
        const entries = await read(({ names }) => names.watch({ key: name, ignoreDeletes: true }));
        subscriber.add(() => entries.stop());
        for await (const { value, revision, created } of entries) {
          if (subscriber.closed) return;
          subscriber.next({ bytes: value, revision, created });
        }
      };
      watching().then(
        () => {
          if (!subscriber.closed)
            subscriber.error(new HeadwaterError('HW_BROKER', `The connection to ${where} was closed.`, { where }));
        },
        (error: unknown) => subscriber.error(error),
      );
    });

  const shelf: ModelShelf = {
    where,
    // When a server fails, the client may notice only after minutes that it is told no entries any more. So the entry
    // is also asked for from time to time.
    entries: (name) =>
      watched(name).pipe(
        startWith(undefined),
        switchMap((told) =>
          timer(POLL_MS, POLL_MS).pipe(
            exhaustMap(() => from(entryOf(name)).pipe(catchError(() => EMPTY))),
            startWith(told),
          ),
        ),
        filter((entry) => entry !== undefined),
        distinctUntilChanged((last, entry) => !isNewer(entry, last)),
      ),
    entry: entryOf,
    writeEntry: async (name, bytes, after) => {
      try {
        return await written(({ names }) => names.put(name, bytes, { previousSeq: after }));
      } catch (cause) {
        if (codeOf(cause) !== WRONG_SEQUENCE) throw cause;
        // The entry may be this one, written by an attempt whose answer was lost.
        const found = await entryOf(name);
        if (found !== undefined && Buffer.compare(found.bytes, bytes) === 0) return found.revision;
        throw new HeadwaterError(
          'HW_BROKER',
          `Another publisher has replaced the model ${name} in ${where} meanwhile: ` +
            `${reasonOf(cause)}. Let one at a time publish under a name.`,
          { cause, where },
        );
      }
    },
    put: async (key, bytes) => {
      await written(({ files }) => files.putBlob({ name: key }, bytes));
      return undefined;
    },
    get: ({ key }) => read(({ files }) => readObject(files, key)),
    remove: (gone) =>
      read(async ({ files }) => {
        for (const { key } of gone) await files.delete(key);
      }),
    close: async () => {
      if (opened !== undefined) await closeOwn(await opened, connection);
      opened = undefined;
    },
  };
  return modelStore(shelf);
};
