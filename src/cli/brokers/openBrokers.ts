import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { from, map, mergeMap, type Observable, type OperatorFunction, tap } from 'rxjs';
import type { WorkEvents } from '../../brokers/WorkEvent.js';
import type { Delivery } from '../../contracts/flow/Delivery.js';
import type { LiveHeadline } from '../../contracts/live/Live.js';
import type { DeadLetter } from '../../contracts/rows/Rejection.js';
import type { Valve } from '../../contracts/flow/Valve.js';
import { pacedWriter } from '../../sinks/terminal/pacedWriter.js';
import { jsonLineHeadlines } from '../../streams/live/jsonLineHeadlines.js';
import { mixedLines } from '../../streams/live/mixedLines.js';
import type { Terminal } from '../process/Terminal.js';
import type { BrokerAddress } from './brokerAddress.js';
import { kafkaAt, natsAt } from './brokerClients.js';
import type { BrokerOptions } from './brokerOptions.js';
import { holdingBack } from './holdingBack.js';

/** The options of a worker's source. */
export interface SourceOptions {
  readonly client: BrokerOptions;
  readonly group: string;
  readonly maxInFlight: number;
  readonly maxAttempts: number;
  readonly deadLetters: string | undefined;
  readonly sessionTimeout: number;
  readonly jsonLines: boolean;
  readonly valve: Valve;
  readonly events: WorkEvents;
  readonly rejections: DeadLetter;
}

/** Converts a result to a message. */
export type Encode<T> = (value: T, delivery: Delivery<T>) => string;

/**
 * Lines cannot be given back for another delivery. They are settled when their results have been written. Each process
 * is a group of its own: its lines have the same ids as those of any other process.
 */
const standardInput = (stdin: Readable, { jsonLines, maxInFlight, valve, rejections }: SourceOptions) => {
  const group = randomUUID();
  const read = jsonLines ? jsonLineHeadlines : mixedLines;
  return read(stdin, { valve, rejections }).pipe(
    map((value): Delivery<LiveHeadline> => ({
      value,
      id: `stdin:${value.id}`,
      group,
      attempt: 1,
      settle: () => undefined,
    })),
    holdingBack(valve, maxInFlight),
  );
};

/** The deliveries of an address. */
export const openSource = (
  address: BrokerAddress,
  options: SourceOptions,
  { stdin }: Terminal,
): Observable<Delivery<LiveHeadline>> => {
  const { client, group, maxInFlight, maxAttempts, deadLetters, sessionTimeout, valve, events } = options;
  const common = { group, maxInFlight, maxAttempts, deadLetters, valve, events };
  switch (address.kind) {
    case 'standard':
      return standardInput(stdin, options);
    case 'nats':
      return from(import('../../brokers/nats/jetStreamHeadlines.js')).pipe(
        mergeMap(({ jetStreamHeadlines }) =>
          jetStreamHeadlines({
            ...common,
            connection: natsAt(address.servers, client),
            stream: address.name,
            ackWait: sessionTimeout,
          }),
        ),
      );
    case 'kafka':
      return from(import('../../brokers/kafka/kafkaHeadlines.js')).pipe(
        mergeMap(({ kafkaHeadlines }) =>
          kafkaHeadlines({
            ...common,
            client: kafkaAt(address.servers, client),
            topic: address.name,
            sessionTimeout,
          }),
        ),
      );
  }
};

/** Writes each value to an address, and settles its delivery when the value is stored. */
export const openSink = <T>(
  address: BrokerAddress,
  client: BrokerOptions,
  encode: Encode<T>,
  { valve, events }: { readonly valve: Valve; readonly events?: WorkEvents | undefined },
  { stdout }: Terminal,
): OperatorFunction<Delivery<T>, Delivery<T>> => {
  switch (address.kind) {
    case 'standard': {
      const write = pacedWriter(stdout, valve);
      return tap((delivery) => {
        write(`${encode(delivery.value, delivery)}\n`);
        delivery.settle({ type: 'done' });
      });
    }
    case 'nats':
      return (source$) =>
        from(import('../../brokers/nats/toJetStream.js')).pipe(
          mergeMap(({ toJetStream }) =>
            source$.pipe(
              toJetStream({
                connection: natsAt(address.servers, client),
                subject: address.name,
                encode,
                events,
              }),
            ),
          ),
        );
    case 'kafka':
      return (source$) =>
        from(import('../../brokers/kafka/toKafka.js')).pipe(
          mergeMap(({ toKafka }) =>
            source$.pipe(toKafka({ client: kafkaAt(address.servers, client), topic: address.name, encode, events })),
          ),
        );
  }
};
