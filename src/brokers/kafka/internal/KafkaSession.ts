import type { Admin, Consumer, Message, MessagesStream } from '@platformatic/kafka';
import * as E from 'fp-ts/lib/Either.js';
import { asyncScheduler, exhaustMap, firstValueFrom, type SchedulerLike, Subject, timer } from 'rxjs';
import type { Settlement } from '../../../contracts/flow/Delivery.js';
import type { LiveHeadline } from '../../../contracts/live/Live.js';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { decodeMessage } from '../../decodeMessage.js';
import { reasonOf } from '../../../contracts/reasonOf.js';
import { untilReady } from '../../internal/untilReady.js';
import type { KafkaDelivery } from '../KafkaDelivery.js';
import type { KafkaHeadlinesOptions } from '../KafkaHeadlinesOptions.js';
import { answered } from './answered.js';
import { checkTopic } from './checkTopic.js';
import { hasApiId } from './hasApiId.js';
import type { Kafka } from './loadKafka.js';
import { type CommittedConsumer, type Member, openConsumer } from './openConsumer.js';
import { clientOptions, topicAddress } from './openProducer.js';
import type { DeadLetterMessage } from './DeadLetterMessage.js';
import { DeadLetters } from './DeadLetters.js';
import { PartitionWatch } from './PartitionWatch.js';
import { readingOffsets } from './offsets/readingOffsets.js';
import type { Tenure } from './offsets/Tenure.js';
import { Tenures } from './offsets/Tenures.js';
import { refusesMember } from './refusesMember.js';
import { tellLag } from './tellLag.js';

type Bytes = Buffer;

/**
 * The most milliseconds between two heartbeats. The answer to a heartbeat says that the group rebalances. A partition
 * that moves has no reader until all members know, so a longer interval would be a longer pause.
 */
const HEARTBEAT_MS = 500;
/** Milliseconds between two commits of messages that were settled without a transaction. */
const COMMIT_MS = 500;
/** Milliseconds between two measurements of the lag, and between two checks for new partitions. */
const LAG_MS = 5000;
/** Milliseconds before messages are read again after a failure. */
const RETRY_MS = 200;

/** Why a topic cannot be read. Where partitions are gone, the client fails at its own data about them. */
const readingReason = (error: unknown): string =>
  error instanceof TypeError ? 'the topic was deleted, or has fewer partitions than before' : reasonOf(error);

/**
 * One member of a consumer group: reads its partitions of a topic, goes back after a failure, and commits settled
 * messages.
 *
 * In a rebalance, the partitions that it keeps are read on, and what is in progress of them goes on.
 */
export class KafkaSession {
  readonly #options: KafkaHeadlinesOptions;
  readonly #scheduler: SchedulerLike;
  readonly #emit: (delivery: KafkaDelivery<LiveHeadline>) => void;
  readonly #source: string;

  readonly #kafka: Kafka;
  readonly #consumer: CommittedConsumer;
  readonly #admin: Admin;
  readonly #letters: DeadLetters;
  #stream: MessagesStream<Bytes, Bytes, Bytes, Bytes> | undefined;
  #closed = false;
  /** The error that ended the membership. */
  #failure: { readonly error: unknown } | undefined;
  /** This member in the last generation of the group of which it knows its partitions. */
  #member: Member | undefined;
  /** The client's own list of the partitions of that generation. The client replaces it at each assignment. */
  #assignments: Consumer['assignments'] = null;
  /** Increases at each restart of reading. */
  #epoch = 0;
  readonly #tenures = new Tenures();
  /** The number of deliveries of messages that are delivered again, by message id (topic, partition and offset). */
  readonly #attempts = new Map<string, number>();
  #hasWorked = false;
  #ordinal = 0;
  /** Emits when a message was settled, the partitions have changed, reading restarts, or the session is closed. */
  readonly #changed$ = new Subject<void>();
  /** The last of the tasks that run one after another: transactions, commits, and dead letters. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(kafka: Kafka, options: KafkaHeadlinesOptions, emit: (delivery: KafkaDelivery<LiveHeadline>) => void) {
    const { client, group, topic, sessionTimeout = 10_000, events } = options;
    this.#kafka = kafka;
    this.#options = options;
    this.#scheduler = options.scheduler ?? asyncScheduler;
    this.#emit = emit;
    this.#source = topicAddress(client, topic);
    this.#consumer = openConsumer(kafka, client, {
      groupId: group,
      sessionTimeout,
      rebalanceTimeout: Math.max(sessionTimeout, 10_000),
      heartbeatInterval: Math.min(HEARTBEAT_MS, Math.floor(sessionTimeout / 5)),
    });
    this.#admin = new kafka.Admin(clientOptions(client));
    this.#letters = new DeadLetters(options, {
      consumer: this.#consumer,
      tenures: this.#tenures,
      source: this.#source,
      scheduler: this.#scheduler,
      isClosed: () => this.#closed,
      member: () => this.#member,
      exclusively: (work) => this.exclusively(work),
      free: (...freed) => this.#free(...freed),
      goBack: (tenures) => this.#goBack(tenures),
      rejoined: (member) => this.#rejoined(member),
    });
    // A rebalance has two steps: partitions are given up in the first, and taken by their new members in the second.
    // The client reports the first as a rebalance, and the second as a join.
    this.#consumer.on('consumer:group:rebalance', () => this.#takeShare());
    this.#consumer.on('consumer:group:join', () => this.#takeShare());
    // The client has lost the group, and has given up rejoining it.
    this.#consumer.on('error', (error) => this.#loseGroup(error));
    this.#consumer.on('client:broker:disconnect', () => events?.next({ type: 'disconnected', server: this.#source }));
    this.#consumer.on('client:broker:connect', () => events?.next({ type: 'connected', server: this.#source }));
  }

  /** Whether it has joined the group. */
  get hasJoined(): boolean {
    return this.#member !== undefined;
  }

  /** Whether it has finished a message. */
  get hasWorked(): boolean {
    return this.#hasWorked;
  }

  /** Reads until the session is closed; rejects if the group is lost, or the client does not answer. */
  async run(): Promise<void> {
    const { topic, deadLetters, events } = this.#options;
    if (deadLetters !== undefined) await checkTopic(this.#consumer, deadLetters);
    // exhaustMap: during a long transaction or a long wait for stable offsets, no commits queue up.
    const committing = timer(COMMIT_MS, COMMIT_MS, this.#scheduler)
      .pipe(exhaustMap(() => this.#commit()))
      .subscribe();
    const watch = new PartitionWatch(this.#consumer, topic, (error) => this.#loseGroup(error));
    committing.add(
      timer(LAG_MS, LAG_MS, this.#scheduler)
        .pipe(exhaustMap(() => Promise.all([watch.check(), tellLag(this.#consumer, topic, this.#tenures, events)])))
        .subscribe(),
    );
    try {
      this.#consumer.topics.track(topic);
      await this.#consumer.joinGroup();
      while (!this.#closed) {
        if (this.#failure !== undefined) throw this.#failure.error;
        const epoch = this.#epoch;
        const positions = this.#tenures.positions;
        if (positions.length === 0) {
          await firstValueFrom(this.#changed$, { defaultValue: undefined });
          continue;
        }
        const stream = await this.#answered(
          this.#consumer.consume({
            topics: [topic],
            mode: this.#kafka.MessagesStreamModes.MANUAL,
            // By itself, the client would go to the end where a message has been deleted, and skip what waits there.
            fallbackMode: this.#kafka.MessagesStreamFallbackModes.FAIL,
            offsets: positions.map(({ partition, offset }) => ({ topic, partition, offset })),
          }),
        );
        if (this.#hasMoved(epoch)) {
          void stream.close().catch(() => undefined);
          continue;
        }
        this.#stream = stream;
        await this.#read(stream, new Map(positions.map(({ partition, tenure }) => [partition, tenure])), epoch);
      }
    } finally {
      committing.unsubscribe();
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#changed$.next();
    await this.#commit();
    this.#epoch += 1;
    await this.#stream?.close().catch(() => undefined);
    // The member leaves the group, so that the others receive its partitions at once.
    await this.#consumer.close(true).catch(() => undefined);
    await this.#admin.close().catch(() => undefined);
    this.#letters.close();
    this.#changed$.complete();
  }

  exclusively<R>(work: () => Promise<R>): Promise<R> {
    const done = this.#last.then(work, work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** Ends the membership with an error. */
  #loseGroup(error: unknown): void {
    this.#failure = { error };
    this.#tenures.assign([]);
    this.#restart();
  }

  /** Takes the partitions that the group has given to this member. */
  #takeShare(): void {
    const { topic, events } = this.#options;
    const { assignments, memberId, generationId } = this.#consumer;
    // The same list: the group begins to rebalance, or the attempt to join it has failed.
    if (memberId === null || assignments === this.#assignments) return;
    this.#assignments = assignments;
    const before = this.#member;
    this.#member = { memberId, generationId };
    // Nobody else can have had a partition of the generation just before this one. In any other case, another member
    // may have had it in between.
    if (before?.memberId !== memberId || before.generationId + 1 !== generationId) this.#tenures.assign([]);
    const partitions = assignments?.find((assigned) => assigned.topic === topic)?.partitions ?? [];
    const begun = this.#tenures.assign(partitions);
    events?.next({ type: 'rebalanced', partitions });
    void this.#begin(begun);
    this.#changed$.next();
  }

  /** Reads from the offsets that are known now. */
  #restart(): void {
    this.#epoch += 1;
    this.#changed$.next();
    const stream = this.#stream;
    this.#stream = undefined;
    void stream?.close().catch(() => undefined);
  }

  /**
   * Drops the unsettled deliveries of partitions, and reads them again from the last commit. They are dropped at once,
   * because a later message must not be committed before an earlier one that must be processed again.
   */
  #goBack(tenures: readonly Tenure[], isOutOfRange = false): void {
    const begun = this.#tenures.renew(tenures);
    this.#changed$.next();
    void this.#pause(RETRY_MS).then(() => this.#begin(begun, isOutOfRange));
  }

  /**
   * Looks up the offset at which each partition is to be read, and reads it. Other partitions are read meanwhile,
   * because an unfinished transaction of another member can delay the answer for seconds.
   *
   * @param isOutOfRange whether the broker has refused to read at an offset
   */
  async #begin(begun: readonly Tenure[], isOutOfRange = false): Promise<void> {
    const { group, topic, events } = this.#options;
    // A commit of this member that is in progress would change the offset.
    await this.#last;
    for (;;) {
      const open = begun.filter((tenure) => !tenure.isOver);
      if (this.#closed || open.length === 0) return;
      try {
        const offsets = await this.#answered(
          readingOffsets({
            ...{ admin: this.#admin, consumer: this.#consumer, group, topic, events, isOutOfRange },
            partitions: open.map(({ partition }) => partition),
          }),
        );
        for (const [at, tenure] of open.entries()) {
          const offset = offsets[at]?.offset;
          if (offset !== undefined && !tenure.isOver) tenure.begin(offset);
        }
        this.#restart();
        return;
      } catch (error) {
        if (error instanceof HeadwaterError) {
          this.#loseGroup(error);
          return;
        }
        events?.next({ type: 'unreadable', from: topic, reason: readingReason(error) });
        await this.#pause(RETRY_MS);
      }
    }
  }

  /** @param reading the partitions whose offsets the stream has, by number */
  async #read(
    stream: MessagesStream<Bytes, Bytes, Bytes, Bytes>,
    reading: ReadonlyMap<number, Tenure>,
    epoch: number,
  ): Promise<void> {
    const { events, topic, maxInFlight = 4096, valve } = this.#options;
    const ready = {
      isOver: () => this.#hasMoved(epoch),
      isFull: () => this.#tenures.inFlight >= maxInFlight,
      changed$: this.#changed$,
      valve,
    };
    let isOutOfRange = false;
    try {
      for await (const message of stream) {
        await untilReady(ready);
        if (this.#hasMoved(epoch)) return;
        // The client also reads partitions whose offset is still looked up, from their ends.
        const tenure = reading.get(message.partition);
        if (tenure?.isOver === false && !tenure.hasTaken(message.offset)) this.#take(message, tenure);
      }
    } catch (error) {
      if (this.#closed) return;
      isOutOfRange = hasApiId(error, 'OFFSET_OUT_OF_RANGE');
      if (!isOutOfRange) events?.next({ type: 'unreadable', from: topic, reason: readingReason(error) });
    } finally {
      await stream.close().catch(() => undefined);
    }
    if (this.#hasMoved(epoch)) return;
    // The stream has failed or has ended by itself. It may be another topic of the same name by now.
    this.#goBack(this.#tenures.all, isOutOfRange);
    this.#restart();
    events?.next({ type: 'rebalanced', partitions: this.#tenures.all.map(({ partition }) => partition) });
  }

  #take(message: Message, tenure: Tenure): void {
    const { topic, group, maxAttempts = 5 } = this.#options;
    const { partition, offset } = message;
    const id = `${topic}:${partition}:${offset}`;
    const attempt = this.#attempts.get(id) ?? 1;
    tenure.take(offset);
    let settled = false;
    const isOver = (): boolean => this.#closed || tenure.isOver;
    const settle = (how: Settlement, inTransaction = false): void => {
      if (settled || isOver()) return;
      settled = true;
      if (how.type === 'retry' && attempt < maxAttempts) {
        this.#attempts.set(id, attempt + 1);
        this.#options.events?.next({ type: 'retried', id, reason: how.reason });
        this.#goBack([tenure]);
        return;
      }
      if (how.type === 'done') this.#free(message, id, tenure, inTransaction);
      else this.#letters.giveUp(message, id, tenure, how.reason);
    };
    const headline = decodeMessage(message.value, this.#ordinal, this.#source, this.#scheduler.now());
    if (E.isLeft(headline)) {
      settle({ type: 'give-up', reason: headline.left });
      return;
    }
    this.#ordinal += 1;
    let letters: readonly DeadLetterMessage[] = [];
    this.#emit({
      value: headline.right,
      id,
      group,
      attempt,
      settle,
      origin: {
        consumer: this.#consumer,
        message,
        isCurrent: () => !settled && !isOver(),
        member: () => this.#member,
        rejoined: (member) => this.#rejoined(member),
        firstOpen: (among) => tenure.firstOpen(among),
        changed$: this.#changed$,
        last: () => tenure.lastOf(message),
        deadLetters: () => (letters = tenure.lettersBefore(offset)).map((letter) => letter.outgoing()),
        committed: () => {
          this.#letters.stored(letters, tenure);
          settle({ type: 'done' }, true);
        },
        lost: (reason) => {
          if (isOver()) return;
          this.#options.events?.next({ type: 'retried', id, reason });
          this.#goBack([tenure]);
        },
        exclusively: (work) => this.exclusively(work),
      },
    });
  }

  #free({ offset }: Message, id: string, tenure: Tenure, committed: boolean): void {
    this.#hasWorked = true;
    this.#attempts.delete(id);
    tenure.settle(offset);
    if (committed) tenure.commit(offset + 1n);
    this.#changed$.next();
    if (tenure.firstLetters.length > 0) this.#letters.store();
  }

  /** Waits until the group, which has refused this member, has another generation. */
  async #rejoined(member: Member): Promise<void> {
    while (!this.#closed && this.#failure === undefined && this.#member === member)
      await firstValueFrom(this.#changed$, { defaultValue: undefined });
  }

  /** Commits the messages that were settled outside of transactions. */
  #commit(): Promise<void> {
    return this.exclusively(() => this.#commitNow());
  }

  async #commitNow(): Promise<void> {
    const { topic, events } = this.#options;
    const member = this.#member;
    const open = this.#tenures.all.flatMap((tenure) =>
      tenure.uncommitted === undefined ? [] : [{ tenure, partition: tenure.partition, offset: tenure.uncommitted }],
    );
    if (open.length === 0 || member === undefined) return;
    try {
      await this.#answered(this.#consumer.commitAs(member, topic, open));
      for (const { tenure, offset } of open) tenure.commit(offset);
    } catch (error) {
      // In the next generation, the partitions that it keeps are committed.
      if (!refusesMember(error)) events?.next({ type: 'unsettled', id: topic, reason: reasonOf(error) });
    }
  }

  #hasMoved(epoch: number): boolean {
    return this.#closed || this.#epoch !== epoch;
  }

  #answered<T>(answer: Promise<T>): Promise<T> {
    return answered(this.#source, answer, this.#scheduler);
  }

  #pause(ms: number): Promise<unknown> {
    return firstValueFrom(timer(ms, this.#scheduler));
  }
}
