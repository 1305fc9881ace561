import type { ConsumerMessages, JetStreamClient, JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import * as E from 'fp-ts/lib/Either.js';
import {
  asyncScheduler,
  catchError,
  EMPTY,
  exhaustMap,
  from,
  interval,
  Observable,
  type SchedulerLike,
  Subject,
  timer,
} from 'rxjs';
import { checkOptions, checkTime, checkWhole } from '../../contracts/checkOption.js';
import type { Delivery, Settlement } from '../../contracts/flow/Delivery.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { LiveHeadline } from '../../contracts/live/Live.js';
import type { Valve } from '../../contracts/flow/Valve.js';
import { decodeMessage } from '../decodeMessage.js';
import { reasonOf } from '../../contracts/reasonOf.js';
import { untilReady } from '../internal/untilReady.js';
import type { WorkEvents } from '../WorkEvent.js';
import { closeOwn, openConnection } from './internal/ownConnection.js';
import { loadJetStream } from './internal/loadJetStream.js';

/** What `jetStreamHeadlines` reads, and how. */
export interface JetStreamHeadlinesOptions {
  /**
   * A connection of `@nats-io/transport-node`, with the user's own options for TLS and log-in; or what opens one, which
   * is then closed at the end. One that is given is left open.
   */
  readonly connection: NatsConnection | (() => Promise<NatsConnection>);
  /** The stream's name. It must be there. */
  readonly stream: string;
  /** The name of the durable consumer that all workers of a group share. It is made where it is not there. */
  readonly group: string;
  /** The subject within the stream. Default: all. Of effect where the consumer is made. */
  readonly subject?: string | undefined;
  /** Messages that may be delivered and not settled, over all workers of the group; at least 1. Default 4096. */
  readonly maxAckPending?: number | undefined;
  /** Messages that this worker may hold, at least 1. Default 1024. */
  readonly maxInFlight?: number | undefined;
  /**
   * After how many milliseconds without a sign of the worker a message is delivered to another. Default 30,000. Of
   * effect where the consumer is made.
   */
  readonly ackWait?: number | undefined;
  /** How many times a message is delivered before it is given up, at least 1. Default 5. */
  readonly maxAttempts?: number | undefined;
  /** The subject that dead letters go to. Default: none, and they are only told. */
  readonly deadLetters?: string | undefined;
  /** While it is closed, no message is emitted, and at most `maxInFlight` are held. Default: always open. */
  readonly valve?: Valve | undefined;
  /** Receives the events other than headlines. Default: none. */
  readonly events?: WorkEvents | undefined;
  /** The clock of `seen`, and the timer that tells the server that the worker lives. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}

/** Milliseconds before a message that was given back comes again; doubled at each attempt, up to ten seconds. */
const RETRY_MS = 100;
const LONGEST_RETRY_MS = 10_000;

/** Milliseconds between two looks at what waits. */
const LAG_MS = 5000;

const nanoseconds = (ms: number): number => ms * 1_000_000;

/**
 * Emits the headlines of a NATS JetStream stream, each as a delivery: it is acknowledged once it is settled as done,
 * and delivered again where it is not.
 *
 * ```
 * stream      --a--b--{------|    {: a message that is no headline
 *             jetStreamHeadlines({ connection, stream, group })
 * deliveries  --x--y---------     never completes
 * dead letters --------j-----
 * ```
 *
 * All workers that name the same `group` share the messages: each is delivered to one of them. A worker that dies, or
 * that is stopped for longer than `ackWait`, loses what it held to the others, so that a message may be worked on twice
 * (at least once). `toJetStream` publishes each result under the message's own id, by which the server leaves out what
 * comes again within the stream's duplicate window (exactly once within it).
 *
 * A message is a JSON object as `headlineJson` has it, or a title as plain text. One that is neither is given up at
 * once. Settled as `retry`, a message comes again after 100 ms, then 200 ms, up to 10 s; after `maxAttempts` it is
 * given up. What is given up goes to `deadLetters`, with the reason and the place in its headers.
 *
 * The order is that of the stream where there is one worker and nothing is delivered again; among several it is not
 * kept.
 *
 * Holds at most `maxInFlight` messages. While they are held, the server is told that the worker lives. On
 * unsubscription what is not settled is given back, for the others to have at once.
 *
 * Errors: `HW_USAGE` where the client is not installed; `HW_BROKER` where the stream or the group cannot be had, or the
 * connection is closed for good.
 *
 * @param options `connection`, `stream`, `group`, and what has a default
 * @throws HeadwaterError `HW_USAGE` for an option that cannot work
 *
 * @example
 * ```ts
 * import { connect } from '@nats-io/transport-node';
 * import { classifyLive, type ClassifyLiveOptions, microBatch, throughDeliveries } from 'headwater';
 * import { jetStreamHeadlines, toJetStream } from 'headwater/nats';
 *
 * const connection = () => connect({ servers: 'nats://127.0.0.1:4222' });
 * export const work = (options: ClassifyLiveOptions) =>
 *   jetStreamHeadlines({ connection, stream: 'HEADLINES', group: 'news' }).pipe(
 *     microBatch({ maxSize: 64, maxWaitMs: 5 }),
 *     throughDeliveries(classifyLive(options)),
 *     toJetStream({ connection, subject: 'classified' }),
 *   );
 * ```
 */
export const jetStreamHeadlines = (options: JetStreamHeadlinesOptions): Observable<Delivery<LiveHeadline>> => {
  checkOptions('jetStreamHeadlines', options, "{ connection, stream: 'HEADLINES', group: 'news' }");
  const { stream, group, subject, deadLetters, valve, events, scheduler = asyncScheduler } = options;
  const { maxAckPending = 4096, maxInFlight = 1024, ackWait = 30_000, maxAttempts = 5 } = options;
  checkWhole('jetStreamHeadlines', 'maxAckPending', maxAckPending, 1);
  checkWhole('jetStreamHeadlines', 'maxInFlight', maxInFlight, 1);
  checkWhole('jetStreamHeadlines', 'maxAttempts', maxAttempts, 1);
  checkTime('jetStreamHeadlines', 'ackWait', ackWait);

  return new Observable((subscriber) => {
    /** What was delivered and not settled. */
    const held = new Set<JsMsg>();
    /** Emits when a message was settled, or the subscriber has left. */
    const freed$ = new Subject<void>();
    const hasLeft = (): boolean => subscriber.closed;
    let ordinal = 0;
    let source = stream;
    let messages: ConsumerMessages | undefined;
    let connection: NatsConnection | undefined;

    const told = (work: Promise<unknown>, id: string): void =>
      void work.catch((error: unknown) => events?.next({ type: 'unsettled', id, reason: reasonOf(error) }));

    const bury = async (js: JetStreamClient, message: JsMsg, id: string, reason: string): Promise<void> => {
      if (deadLetters !== undefined) {
        const { headers } = await import('@nats-io/transport-node');
        const place = headers();
        place.set('Headwater-Reason', reason.replaceAll(/[\r\n]+/g, ' '));
        place.set('Headwater-Source', source);
        place.set('Headwater-Id', id);
        place.set('Headwater-Subject', message.subject);
        await js.publish(deadLetters, message.data, { msgID: `dead:${id}`, headers: place });
      }
      // Once it lies there: a worker that dies in between leaves it to another.
      // Without a reason, which servers before 2.11 do not understand.
      message.term();
      events?.next({ type: 'dead-letter', id, reason, to: deadLetters });
    };

    const settle = (js: JetStreamClient, message: JsMsg, id: string, how: Settlement): void => {
      if (!held.delete(message)) return;
      freed$.next();
      const attempt = message.info.deliveryCount;
      if (how.type === 'done') {
        // Acknowledged twice: the server's answer says that it will not deliver the message again.
        told(message.ackAck(), id);
      } else if (how.type === 'retry' && attempt < maxAttempts) {
        message.nak(Math.min(RETRY_MS * 2 ** (attempt - 1), LONGEST_RETRY_MS));
        events?.next({ type: 'retried', id, reason: how.reason });
      } else {
        told(bury(js, message, id, how.reason), id);
      }
    };

    const take = (js: JetStreamClient, message: JsMsg): void => {
      const id = `${stream}:${message.seq}`;
      held.add(message);
      if (message.info.deliveryCount > maxAttempts) {
        settle(js, message, id, { type: 'give-up', reason: `was delivered ${maxAttempts} times and never settled` });
        return;
      }
      const headline = decodeMessage(message.data, ordinal, source, scheduler.now());
      if (E.isLeft(headline)) {
        settle(js, message, id, { type: 'give-up', reason: headline.left });
        return;
      }
      ordinal += 1;
      subscriber.next({
        value: headline.right,
        id,
        attempt: message.info.deliveryCount,
        settle: (how) => settle(js, message, id, how),
      });
    };

    const ready = { isOver: hasLeft, isFull: () => held.size >= maxInFlight, changed$: freed$, valve };

    /** For the others to have at once. The server first hears that nobody waits here: else it would send them here. */
    const giveBack = async (left: readonly JsMsg[]): Promise<void> => {
      try {
        await messages?.close();
        await connection?.flush();
      } catch {
        // The connection is gone: the server delivers them again after `ackWait`.
        return;
      }
      // With a delay: given back at once, a server of 2.9 lost one of two and delivered the other twice.
      for (const message of left) message.nak(RETRY_MS);
      await closeOwn(connection, options.connection);
    };

    const run = async (): Promise<void> => {
      const { AckPolicy, DeliverPolicy, jetstream } = await loadJetStream();
      const opened = await openConnection(options.connection);
      connection = opened;
      if (hasLeft()) {
        await closeOwn(opened, options.connection);
        return;
      }
      source = `nats://${opened.getServer()}/${stream}`;
      const js = jetstream(opened);
      const manager = await js.jetstreamManager();
      // Made by the first worker, found by the others.
      await manager.consumers.info(stream, group).catch(() =>
        manager.consumers.add(stream, {
          durable_name: group,
          ack_policy: AckPolicy.Explicit,
          deliver_policy: DeliverPolicy.All,
          max_ack_pending: maxAckPending,
          ack_wait: nanoseconds(ackWait),
          ...(subject !== undefined && { filter_subject: subject }),
        }),
      );
      const consumer = await js.consumers.get(stream, group);
      if (hasLeft()) return;
      messages = await consumer.consume({ max_messages: maxInFlight });
      if (events !== undefined)
        subscriber.add(
          timer(0, LAG_MS, scheduler)
            .pipe(exhaustMap(() => from(manager.consumers.info(stream, group)).pipe(catchError(() => EMPTY))))
            .subscribe(({ num_pending: pending, num_ack_pending: given }) =>
              events.next({ type: 'lag', messages: pending + given, of: 'group' }),
            ),
        );
      for await (const message of messages) {
        await untilReady(ready);
        if (hasLeft()) {
          message.nak(RETRY_MS);
          return;
        }
        take(js, message);
      }
    };

    // The server is told that what is held is being worked on, several times before it would give it to another.
    subscriber.add(
      interval(ackWait / 3, scheduler).subscribe(() => {
        for (const message of held) message.working();
      }),
    );
    run().then(
      () => {
        if (!hasLeft())
          subscriber.error(
            new HeadwaterError('HW_BROKER', `The connection to ${source} was closed. Start the worker again.`, {
              where: source,
            }),
          );
      },
      (cause: unknown) => {
        subscriber.error(
          cause instanceof HeadwaterError
            ? cause
            : new HeadwaterError(
                'HW_BROKER',
                `The stream ${stream} of ${source} cannot be read: ${reasonOf(cause)}. Check the stream's name and the server's log.`,
                { cause, where: source },
              ),
        );
      },
    );
    return () => {
      freed$.next();
      freed$.complete();
      const left = [...held];
      held.clear();
      void giveBack(left);
    };
  });
};
