import type { CallbackWithPromise, Consumer, FetchOptions, GroupOptions } from '@platformatic/kafka';
import type { KafkaClient } from '../KafkaClient.js';
import { hideAborted } from './hideAborted.js';
import type { Kafka } from './loadKafka.js';
import { clientOptions } from './openProducer.js';

type Fetch = FetchOptions<Buffer, Buffer, Buffer, Buffer>;
type Fetched = Awaited<ReturnType<Consumer['fetch']>>;

/** The settings of a consumer besides the connection. */
type Settings = Pick<GroupOptions, 'sessionTimeout' | 'rebalanceTimeout' | 'heartbeatInterval'> & {
  readonly groupId: string;
};

/** A consumer of committed messages that commits offsets only on request. */
export const openConsumer = (kafka: Kafka, client: KafkaClient, settings: Settings): Consumer => {
  class CommittedConsumer extends kafka.Consumer {
    override fetch(options: Fetch, callback: CallbackWithPromise<Fetched>): void;
    override fetch(options: Fetch): Promise<Fetched>;
    override fetch(options: Fetch, callback?: CallbackWithPromise<Fetched>): Promise<Fetched> | undefined {
      if (callback === undefined)
        return super.fetch(options).then((fetched) => {
          hideAborted(fetched);
          return fetched;
        });
      super.fetch(options, (error, fetched) => {
        if (fetched !== undefined) hideAborted(fetched);
        callback(error, fetched);
      });
      return undefined;
    }
  }
  return new CommittedConsumer({
    ...clientOptions(client),
    ...settings,
    autocommit: false,
    isolationLevel: kafka.FetchIsolationLevels.READ_COMMITTED,
    maxWaitTime: 200,
    minBytes: 1,
  });
};
