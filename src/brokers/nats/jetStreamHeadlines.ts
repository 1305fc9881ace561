import type { JetStreamHeadlinesOptions } from './JetStreamHeadlinesOptions.js';
import type { ConsumerMessages, JetStreamClient, JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import * as E from 'fp-ts/lib/Either.js';
import {
  asyncScheduler,
  BehaviorSubject,
  catchError,
  distinctUntilChanged,
  EMPTY,
  exhaustMap,
  from,
  interval,
  Observable,
  Subject,
  switchMap,
  timer,
} from 'rxjs';
import { checkOptions, checkTime, checkTypes, checkWhole } from '../../contracts/checkOption.js';
import type { Delivery, Settlement } from '../../contracts/flow/Delivery.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { LiveHeadline } from '../../contracts/live/Live.js';
import { decodeMessage } from '../decodeMessage.js';
import { reasonOf } from '../../contracts/reasonOf.js';
import { checkText } from '../internal/checkText.js';
import { connectionAdvice } from '../internal/connectionAdvice.js';
import { untilReady } from '../internal/untilReady.js';
import type { WorkEvent } from '../WorkEvent.js';
import { checkConnection } from './internal/checkConnection.js';
import { checkSubject } from './internal/checkSubject.js';
import { closedConnection } from './internal/closedConnection.js';
import { redeliveryMs, requestLimits } from './internal/consumerLimits.js';
import { loadJetStream } from './internal/loadJetStream.js';
import { Losses } from './internal/Losses.js';
import { openGroup } from './internal/openGroup.js';
import { closeOwn, openConnection } from './internal/ownConnection.js';
import { publishDeadLetter } from './internal/publishDeadLetter.js';
import { tellConnection } from './internal/tellConnection.js';
import { isTemporary, whileElecting } from './internal/whileElecting.js';

/** Milliseconds before a returned message is delivered again; doubled at each attempt, up to ten seconds. */
const RETRY_MS = 100;
const LONGEST_RETRY_MS = 10_000;

/** Milliseconds between two measurements of the lag. */
const LAG_MS = 5000;

/** Whether an error says that the consumer or its stream was deleted. */
const isMissing = (error: unknown): boolean =>
  error instanceof Error && /^(?:consumer|stream) (?:not found|deleted)/i.test(error.message);

/**
 * Emits the headlines of a NATS JetStream stream as deliveries. A message is acknowledged once its delivery is settled
 * as done; otherwise it is delivered again.
 *
 * ```marbles drawn
 * stream:        --a--b--x------      x: a message that is no headline
 *                jetStreamHeadlines({ connection, stream, group })
 * deliveries:    --a--b---------      never completes
 * dead letters:  --------x------
 * ```
 *
 * All workers with the same `group` share the messages: each message is delivered to one of them. If a worker dies, or
 * is stopped for longer than `ackWait`, its messages go to the others, so a message may be processed twice (at least
 * once). `toJetStream` publishes each result under the id of its message. The server drops repetitions of an id within
 * the stream's duplicate window (exactly once within it).
 *
 * A message is a JSON object in the format of `headlineJson`, or a title as plain text. Any other message is given up
 * at once. A message settled as `retry` is delivered again after 100 ms, then 200 ms, up to 10 s; after `maxAttempts`
 * it is given up. Messages that are given up go to `deadLetters`, with the reason and the origin in their headers.
 *
 * If a limit of the stream removed messages before the group received them, `events` of each worker receives `lost`. If
 * a dead letter is too large for its stream, it has only the first 16 KiB of the message.
 *
 * If the consumer of the group is deleted while it is read, it is created again, and all messages of the stream are
 * delivered again. If the stream is deleted, the source waits half a minute for a new one.
 *
 * With one worker and no repeated deliveries, the order is that of the stream. With several workers the order is not
 * kept.
 *
 * Memory: at most `maxInFlight` messages. While they are held, the server receives signs of life. On unsubscription,
 * unsettled messages are returned, so that other workers receive them at once.
 *
 * Errors: `HW_USAGE` if the client is not installed; `HW_BROKER` if the stream or the group is not available, no stream
 * takes the subject of the dead letters, the consumer of the group was made or changed so that headlines would be lost,
 * or the connection is permanently closed.
 *
 * @param options `connection`, `stream`, `group`, and the optional settings
 * @throws HeadwaterError `HW_USAGE` for an invalid option
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
  checkConnection('jetStreamHeadlines', options.connection);
  checkTypes('jetStreamHeadlines', options, {
    stream: 'string',
    group: 'string',
    subject: 'string',
    deadLetters: 'string',
  });
  checkText('jetStreamHeadlines', 'stream', stream);
  checkText('jetStreamHeadlines', 'group', group);
  checkWhole('jetStreamHeadlines', 'maxAckPending', maxAckPending, 1);
  checkWhole('jetStreamHeadlines', 'maxInFlight', maxInFlight, 1);
  checkWhole('jetStreamHeadlines', 'maxAttempts', maxAttempts, 1);
  checkTime('jetStreamHeadlines', 'ackWait', ackWait);

  return new Observable((subscriber) => {
    /** Delivered messages that are not settled. */
    const held = new Set<JsMsg>();
    /** Emits when a message was settled, or the subscriber has unsubscribed. */
    const freed$ = new Subject<void>();
    const hasLeft = (): boolean => subscriber.closed;
    let ordinal = 0;
    let source = stream;
    let messages: ConsumerMessages | undefined;
    let connection: NatsConnection | undefined;
    /** The milliseconds after which the server delivers a message again. */
    const redelivery$ = new BehaviorSubject(ackWait);
    const losses = new Losses();

    const hear = (event: WorkEvent | undefined): void => {
      if (event !== undefined) events?.next(event);
    };
    const told = (work: Promise<unknown>, id: string): void =>
      void work.catch((error: unknown) => events?.next({ type: 'unsettled', id, reason: reasonOf(error) }));

    const bury = async (js: JetStreamClient, message: JsMsg, id: string, reason: string): Promise<void> => {
      if (deadLetters !== undefined)
        await publishDeadLetter(js, message, { to: deadLetters, id, group, reason, source });
      // Only after the dead letter is stored: if the worker dies before, another worker receives the message. No reason
      // is passed, because servers before 2.11 do not support one.
      message.term();
      events?.next({ type: 'dead-letter', id, reason, to: deadLetters });
    };

    const settle = (js: JetStreamClient, message: JsMsg, id: string, how: Settlement): void => {
      if (!held.delete(message)) return;
      freed$.next();
      const attempt = message.info.deliveryCount;
      if (how.type === 'done') {
        // A double acknowledgement: the server confirms that it will not deliver the message again.
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
        group,
        attempt: message.info.deliveryCount,
        settle: (how) => settle(js, message, id, how),
      });
    };

    const ready = { isOver: hasLeft, isFull: () => held.size >= maxInFlight, changed$: freed$, valve };

    /**
     * Returns messages to the other workers. The subscription is closed first; otherwise the server would send them
     * here again.
     */
    const giveBack = async (left: readonly JsMsg[]): Promise<void> => {
      try {
        await messages?.close();
        await connection?.flush();
      } catch {
        // The connection is lost; the server delivers the messages again after `ackWait`.
        return;
      }
      // The delay is necessary: without it, a server of version 2.9 lost one of two messages and delivered the other
      // twice.
      for (const message of left) message.nak(RETRY_MS);
      await closeOwn(connection, options.connection);
    };

    const run = async (): Promise<void> => {
      const { jetstream } = await loadJetStream();
      const opened = await openConnection(options.connection);
      connection = opened;
      if (hasLeft()) {
        await closeOwn(opened, options.connection);
        return;
      }
      source = `nats://${opened.getServer()}/${stream}`;
      const js = jetstream(opened);
      const electing = { events, server: opened.getServer(), isOver: hasLeft, scheduler };
      const manager = await whileElecting(() => js.jetstreamManager(), electing);
      if (deadLetters !== undefined) await checkSubject(js, deadLetters, electing);
      if (events !== undefined) subscriber.add(tellConnection(opened, stream, events));
      subscriber.add(
        timer(0, LAG_MS, scheduler)
          .pipe(exhaustMap(() => from(manager.consumers.info(stream, group)).pipe(catchError(() => EMPTY))))
          .subscribe((info) => {
            redelivery$.next(redeliveryMs(info.config, ackWait));
            hear(losses.since(info));
            hear({ type: 'lag', messages: info.num_pending + info.num_ack_pending, of: 'group' });
          }),
      );
      for (let isMade = false; !hasLeft(); isMade = true) {
        const opening = { stream, group, subject, maxAckPending, ackWait, maxAttempts };
        const { consumer, info, ...found } = await whileElecting(() => openGroup(js, manager, opening), {
          ...electing,
          // A stream that was deleted while it was read may be made again.
          isTemporary: (error) => isTemporary(error) || (isMade && isMissing(error)),
        });
        if (hasLeft()) return;
        hear(losses.begin(info, found.stream));
        redelivery$.next(redeliveryMs(info.config, ackWait));
        try {
          // By itself, the client would wait in silence for a consumer that was deleted.
          messages = await consumer.consume({
            ...requestLimits(info.config, maxInFlight),
            abort_on_missing_resource: true,
          });
          for await (const message of messages) {
            await untilReady(ready);
            if (hasLeft()) {
              message.nak(RETRY_MS);
              return;
            }
            take(js, message);
          }
          return;
        } catch (error) {
          if (!isMissing(error)) throw error;
          // Nobody can acknowledge what the deleted consumer has delivered.
          held.clear();
          freed$.next();
          const reason = `${reasonOf(error)}; the group is made again, and reads the stream from its first message`;
          events?.next({ type: 'unreadable', from: stream, reason });
        }
      }
    };

    // Tells the server several times, before it delivers the held messages again, that they are in progress.
    subscriber.add(
      redelivery$
        .pipe(
          distinctUntilChanged(),
          switchMap((ms) => interval(ms / 3, scheduler)),
        )
        .subscribe(() => {
          if (connection?.isClosed() === false) for (const message of held) message.working();
        }),
    );
    run().then(
      async () => {
        if (!hasLeft() && connection !== undefined) subscriber.error(await closedConnection(connection, source));
      },
      (cause: unknown) => {
        subscriber.error(
          cause instanceof HeadwaterError
            ? cause
            : new HeadwaterError(
                'HW_BROKER',
                `The stream ${stream} of ${source} cannot be read: ` +
                  `${reasonOf(cause)}. ` +
                  connectionAdvice(cause, "Check the stream's name and the server's log."),
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
