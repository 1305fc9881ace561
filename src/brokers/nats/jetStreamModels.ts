import type { NatsConnection } from '@nats-io/transport-node';
import { Observable } from 'rxjs';
import { codeOf } from '../../contracts/codeOf.js';
import { checkOptions, checkTypes, checkWhole } from '../../contracts/checkOption.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { reasonOf } from '../../contracts/reasonOf.js';
import { modelStore } from '../models/internal/modelStore.js';
import type { Entry, ModelShelf } from '../models/internal/ModelShelf.js';
import type { ModelStore } from '../models/ModelStore.js';
import { needsNats } from './internal/needsNats.js';
import { closeOwn, openConnection } from './internal/ownConnection.js';

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

/** The server's error code for an entry that does not follow the expected revision. */
const WRONG_SEQUENCE = 10_071;

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
  checkTypes('jetStreamModels', options, { bucket: 'string' });
  checkWhole('jetStreamModels', 'replicas', replicas, 1);
  if (!/^[A-Za-z0-9_-]+$/.test(bucket))
    throw new HeadwaterError(
      'HW_USAGE',
      `jetStreamModels: bucket is ${JSON.stringify(bucket.slice(0, 100))}, but must be letters, digits, - and _.`,
    );
  const where = `the bucket ${bucket}`;
  let opened: Promise<NatsConnection> | undefined;

  const open = async (create: boolean) => {
    const [{ Kvm }, { Objm }] = await Promise.all([
      needsNats(() => import('@nats-io/kv'), PACKAGES),
      needsNats(() => import('@nats-io/obj'), PACKAGES),
    ]);
    const nats = await (opened ??= openConnection(connection));
    const [names, files] = [new Kvm(nats), new Objm(nats)];
    return {
      names: await (create ? names.create(bucket, { replicas }) : names.open(bucket)),
      files: await (create ? files.create(bucket, { replicas }) : files.open(bucket)),
    };
  };
  /** The bucket for reading; fails if it does not exist. */
  const existing = async () => {
    try {
      return await open(false);
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

  const shelf: ModelShelf = {
    where,
    entries: (name) =>
      new Observable<Entry>((subscriber) => {
        const watching = async (): Promise<void> => {
          const { names } = await existing();
          const entries = await names.watch({ key: name, ignoreDeletes: true });
          subscriber.add(() => entries.stop());
          for await (const { value, revision } of entries) {
            if (subscriber.closed) return;
            subscriber.next({ bytes: value, revision });
          }
        };
        watching().then(
          () => {
            if (!subscriber.closed)
              subscriber.error(new HeadwaterError('HW_BROKER', `The connection to ${where} was closed.`, { where }));
          },
          (error: unknown) => subscriber.error(error),
        );
      }),
    entry: async (name) => {
      const found = await open(false).then(
        ({ names }) => names.get(name),
        (error: unknown) => {
          if (isMissing(error)) return null;
          throw error;
        },
      );
      return found?.operation !== 'PUT' ? undefined : { bytes: found.value, revision: found.revision };
    },
    writeEntry: async (name, bytes, after) => {
      const { names } = await open(true);
      try {
        return await names.put(name, bytes, { previousSeq: after });
      } catch (cause) {
        if (codeOf(cause) !== WRONG_SEQUENCE) throw cause;
        throw new HeadwaterError(
          'HW_BROKER',
          `Another publisher has replaced the model ${name} in ${where} meanwhile: ` +
            `${reasonOf(cause)}. Let one at a time publish under a name.`,
          { cause, where },
        );
      }
    },
    put: async (key, bytes) => {
      const { files } = await open(true);
      await files.putBlob({ name: key }, bytes);
      return undefined;
    },
    get: async ({ key }) => (await (await existing()).files.getBlob(key)) ?? undefined,
    remove: async (gone) => {
      const { files } = await existing();
      for (const { key } of gone) await files.delete(key);
    },
    close: async () => {
      if (opened !== undefined) await closeOwn(await opened, connection);
      opened = undefined;
    },
  };
  return modelStore(shelf);
};
