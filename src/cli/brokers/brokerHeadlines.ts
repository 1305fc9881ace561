import { asyncScheduler, from, map, type Observable, switchMap } from 'rxjs';
import type { Command } from 'commander';
import type { WorkEvent } from '../../brokers/WorkEvent.js';
import { settleOnce } from '../../contracts/flow/settleOnce.js';
import type { Valve } from '../../contracts/flow/Valve.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { LiveHeadline, SourceEvents } from '../../contracts/live/Live.js';
import type { DeadLetter } from '../../contracts/rows/Rejection.js';
import { path } from '../process/argument.js';
import type { Terminal } from '../process/Terminal.js';
import { brokerAddress } from './brokerAddress.js';
import { readBrokerOptions } from './brokerOptions.js';
import { openSource } from './openBrokers.js';

/** The options of a command that can read headlines from a broker in addition to feeds. */
export interface BrokerFlags {
  readonly from?: string;
  readonly group?: string;
  readonly brokerOptions?: string;
}

/** Adds these options to a command. */
export const addBrokerOptions = (command: Command): Command =>
  command
    .option(
      '--from <address>',
      'read headlines from a broker: kafka://broker,broker/topic or nats://server,server/stream',
      path,
    )
    .option(
      '--group <name>',
      'the consumer group of --from; all workers of a group share the headlines (default: headwater)',
      path,
    )
    .option('--broker-options <file>', "a JSON file of the broker client's own options, as for TLS and log-in", path);

/** The inputs and callbacks for headlines of a broker. */
export interface BrokerHeadlinesOptions {
  readonly valve: Valve;
  readonly events: SourceEvents;
  readonly rejections: DeadLetter;
}

const GROUP = 'headwater';
const IN_FLIGHT = 1024;
const ATTEMPTS = 5;
const SESSION_MS = 30_000;

/**
 * Refuses an address that cannot be read, and options that need a missing address.
 *
 * @throws HeadwaterError `HW_USAGE`
 */
export const checkBrokerFlags = ({ from: address, group, brokerOptions }: BrokerFlags): void => {
  if (address === undefined) {
    if (group !== undefined || brokerOptions !== undefined)
      throw new HeadwaterError(
        'HW_USAGE',
        `${group === undefined ? '--broker-options' : '--group'} needs a ` +
          'broker. Name one with --from, or leave the option out.',
      );
  } else if (brokerAddress(address, '--from').kind === 'standard')
    throw new HeadwaterError('HW_USAGE', '--from - is no broker. Give - as a feed to read lines of standard input.');
};

/** The headlines of a broker, each with its delivery. Empty if the options name no broker. */
export const brokerHeadlines = (
  { from: address, group = GROUP, brokerOptions }: BrokerFlags,
  { valve, events, rejections }: BrokerHeadlinesOptions,
  terminal: Terminal,
): readonly Observable<LiveHeadline>[] => {
  if (address === undefined) return [];
  const source = address;
  const lost = (message: string): void =>
    events.next({ type: 'failed', source, at: asyncScheduler.now(), code: 'HW_BROKER', message, nextInMs: 0 });
  let deadLetters = 0;
  const heard = (event: WorkEvent): void => {
    switch (event.type) {
      case 'connected':
      case 'rebalanced':
        events.next({ type: 'opened', source, at: asyncScheduler.now() });
        break;
      case 'disconnected':
        lost('The connection to the broker was lost.');
        break;
      case 'unsettled':
        lost(`The broker got no acknowledgement of ${event.id}: ${event.reason}.`);
        break;
      case 'unreadable':
        lost(`${event.from} cannot be read: ${event.reason}.`);
        break;
      case 'dead-letter':
        rejections.next({
          type: 'rejection',
          reason: 'item',
          id: deadLetters++,
          source: event.id,
          field: undefined,
          expected: 'a headline',
          got: event.reason,
        });
        break;
      default:
        break;
    }
  };
  return [
    from(readBrokerOptions(brokerOptions)).pipe(
      switchMap((client) =>
        openSource(
          brokerAddress(source, '--from'),
          {
            client,
            group,
            maxInFlight: IN_FLIGHT,
            maxAttempts: ATTEMPTS,
            deadLetters: undefined,
            sessionTimeout: SESSION_MS,
            jsonLines: false,
            valve,
            events: { next: heard },
            rejections,
          },
          terminal,
        ),
      ),
      map((delivery) => ({
        ...delivery.value,
        delivery: settleOnce(delivery.id, (how) => delivery.settle(how), delivery.attempt),
      })),
    ),
  ];
};
