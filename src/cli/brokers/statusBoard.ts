import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import type { Broadcast } from '../../brokers/Broadcast.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { WorkerStatus } from '../../contracts/live/WorkerStatus.js';
import { brokerAddress } from './brokerAddress.js';
import { kafkaAt, natsAt } from './brokerClients.js';
import type { BrokerOptions } from './brokerOptions.js';

const count = t.number;

const lag = t.type({ messages: count, of: t.union([t.literal('worker'), t.literal('group')]) });

const codec = t.type({
  worker: t.string,
  group: t.string,
  from: t.string,
  to: t.string,
  at: count,
  since: count,
  models: t.array(t.string),
  classified: count,
  perSecond: count,
  inFlight: count,
  retried: count,
  deadLetters: count,
  // Workers of earlier versions do not send it.
  lost: t.union([t.undefined, count]),
  partitions: t.union([t.undefined, t.array(t.number)]),
  lag: t.union([t.undefined, lag]),
  connected: t.boolean,
  stalled: t.boolean,
  latencyMs: t.union([t.undefined, t.type({ p50: count, p99: count })]),
});

/** The status in a message of a worker; undefined if it is not a status. */
const statusOf = (text: string): WorkerStatus | undefined => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const decoded = codec.decode(value);
  return E.isLeft(decoded) ? undefined : { ...decoded.right, lost: decoded.right.lost ?? 0 };
};

/** The maximum number of workers in memory, and how long a worker without messages is kept. Milliseconds. */
const MOST = 1000;
const FORGOTTEN_MS = 300_000;

/** The last status of each worker. */
export class StatusBoard {
  readonly #workers = new Map<string, WorkerStatus>();

  /** Receives a message of a worker. The local clock gives its time, because the clocks of machines differ. */
  hear(text: string): void {
    const status = statusOf(text);
    if (status === undefined) return;
    this.#workers.delete(status.worker);
    this.#workers.set(status.worker, { ...status, at: Date.now() });
    const [oldest] = this.#workers.keys();
    if (this.#workers.size > MOST && oldest !== undefined) this.#workers.delete(oldest);
  }

  /** The statuses of the workers, sorted by name. */
  statuses(): readonly WorkerStatus[] {
    const now = Date.now();
    for (const [name, { at }] of this.#workers) if (now - at > FORGOTTEN_MS) this.#workers.delete(name);
    return [...this.#workers.values()].toSorted((a, b) => a.worker.localeCompare(b.worker));
  }
}

/**
 * Opens the place where workers send their statuses: a NATS subject, or a Kafka topic.
 *
 * @throws HeadwaterError `HW_USAGE` if the address is invalid
 */
export const openStatuses = async (address: string, client: BrokerOptions): Promise<Broadcast> => {
  const place = brokerAddress(address, '--status');
  switch (place.kind) {
    case 'standard':
      throw new HeadwaterError('HW_USAGE', '- is no broker. Name a subject or a topic for the status of the workers.');
    case 'nats': {
      const { natsBroadcast } = await import('../../brokers/nats/natsBroadcast.js');
      return natsBroadcast(natsAt(place.servers, client), place.name);
    }
    case 'kafka': {
      const { kafkaBroadcast } = await import('../../brokers/kafka/kafkaBroadcast.js');
      return kafkaBroadcast(kafkaAt(place.servers, client), place.name);
    }
  }
};
