import type { Admin, Message, MessagesStream } from '@platformatic/kafka';
import * as E from 'fp-ts/lib/Either.js';
import { asyncScheduler, exhaustMap, firstValueFrom, type SchedulerLike, Subject, timer } from 'rxjs';
import type { Settlement } from '../../../contracts/flow/Delivery.js';
import type { LiveHeadline } from '../../../contracts/live/Live.js';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { decodeMessage } from '../../decodeMessage.js';
import { reasonOf } from '../../../contracts/reasonOf.js';
import { untilReady } from '../../internal/untilReady.js';
import type { KafkaDelivery } from '../KafkaDelivery.js';
import type { KafkaHeadlinesOptions } from '../kafkaHeadlines.js';
import { answered } from './answered.js';
import { hasApiId } from './hasApiId.js';
import type { Kafka } from './loadKafka.js';
import { type CommittedConsumer, generationOf, type Member, openConsumer } from './openConsumer.js';
import { clientOptions, topicAddress } from './openProducer.js';
import { DeadLetterMessage } from './DeadLetterMessage.js';
import { type PartitionOffset, PartitionOffsets } from './offsets/PartitionOffsets.js';
import { PartitionWatch } from './PartitionWatch.js';
import { readingOffsets } from './offsets/readingOffsets.js';
import { tellLag } from './tellLag.js';
import { TransactionalProducer } from './TransactionalProducer.js';

type Bytes = Buffer;

/** Milliseconds between two commits of messages that were settled without a transaction. */
const COMMIT_MS = 500;
/** Milliseconds between two measurements of the lag, and between two checks for new partitions. */
const LAG_MS = 5000;
/** Milliseconds before messages are read again after a failure. */
const RETRY_MS = 200;

/**
 * One member of a consumer group: reads its partitions of a topic, goes back after a failure, and commits settled
 * messages.
 */
export class KafkaSession {
  readonly #options: KafkaHeadlinesOptions;
  readonly #scheduler: SchedulerLike;
  readonly #emit: (delivery: KafkaDelivery<LiveHeadline>) => void;
  readonly #source: string;

  readonly #kafka: Kafka;
  readonly #consumer: CommittedConsumer;
  readonly #admin: Admin;
  /** Stores the dead letters that no result follows. */
  readonly #letters: TransactionalProducer;
  #stream: MessagesStream<Bytes, Bytes, Bytes, Bytes> | undefined;
  #closed = false;
  /** The error that ended the membership. */
  #failure: { readonly error: unknown } | undefined;
  /** This member in the current generation of the group. */
  #member: Member | undefined;
  /** Increases at each restart of reading. Deliveries of earlier epochs are ignored. */
  #epoch = 0;
  readonly #offsets = new PartitionOffsets();
  /** The number of deliveries of messages that are delivered again, by message id (topic, partition and offset). */
  readonly #attempts = new Map<string, number>();
  #inFlight = 0;
  #hasWorked = false;
  /** Whether the last attempt failed, so that the next one waits. */
  #resting = false;
  /** Whether the broker has refused the offset of the last attempt to read. */
  #isOutOfRange = false;
  #ordinal = 0;
  /** Emits when a message was settled, reading restarts, or the session is closed. */
  readonly #changed$ = new Subject<void>();
  /** The last of the tasks that run one after another: transactions, commits, dead letters, and finding offsets. */
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
      heartbeatInterval: Math.max(100, Math.floor(sessionTimeout / 5)),
    });
    this.#admin = new kafka.Admin(clientOptions(client));
    this.#letters = new TransactionalProducer(client, this.#source, this.#scheduler);
    this.#consumer.on('consumer:group:join', ({ memberId, generationId }) => {
      if (generationId !== undefined) this.#member = { memberId, generationId };
      // Whatever is still settled was fetched in an earlier generation: its partition may belong to another member now.
      this.#offsets.assign([]);
      this.#startAnew();
    });
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
    const { topic, events } = this.#options;
    // exhaustMap: during a long transaction or a long wait for stable offsets, no commits queue up.
    const committing = timer(COMMIT_MS, COMMIT_MS, this.#scheduler)
      .pipe(exhaustMap(() => this.#commit()))
      .subscribe();
    const watch = new PartitionWatch(this.#consumer, topic, (error) => this.#loseGroup(error));
    committing.add(
      timer(LAG_MS, LAG_MS, this.#scheduler)
        .pipe(exhaustMap(() => Promise.all([watch.check(), tellLag(this.#consumer, topic, this.#offsets, events)])))
        .subscribe(),
    );
    try {
      this.#consumer.topics.track(topic);
      await this.#consumer.joinGroup();
      while (!this.#closed) {
        if (this.#failure !== undefined) throw this.#failure.error;
        if (this.#resting) await this.#pause(RETRY_MS);
        this.#resting = false;
        const epoch = this.#epoch;
        const offsets = await this.exclusively(() => this.#stableOffsets(epoch));
        if (offsets === undefined) continue;
        this.#offsets.begin(offsets);
        const stream = await this.#answered(
          this.#consumer.consume({
            topics: [topic],
            mode: this.#kafka.MessagesStreamModes.MANUAL,
            // By itself, the client would go to the end where a message has been deleted, and skip what waits there.
            fallbackMode: this.#kafka.MessagesStreamFallbackModes.FAIL,
            offsets: offsets.map(({ partition, offset }) => ({ topic, partition, offset })),
          }),
        );
        if (this.#hasMoved(epoch)) {
          // The partitions have changed in the meantime: this stream would wait for the end of partitions without an
          // offset.
          void stream.close().catch(() => undefined);
          continue;
        }
        this.#stream = stream;
        await this.#read(stream, epoch);
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
    this.#startAnew();
  }

  /** Drops the unsettled deliveries, and reads again from the last commit. */
  #startAnew(): void {
    this.#epoch += 1;
    this.#changed$.next();
    const stream = this.#stream;
    this.#stream = undefined;
    void stream?.close().catch(() => undefined);
  }

  /**
   * The offset at which each partition of this member is to be read. Undefined if reading was restarted in the
   * meantime.
   */
  async #stableOffsets(epoch: number): Promise<readonly PartitionOffset[] | undefined> {
    const { group, topic, events } = this.#options;
    const partitions = this.#consumer.assignments?.find((assigned) => assigned.topic === topic)?.partitions ?? [];
    events?.next({ type: 'rebalanced', partitions });
    this.#offsets.assign(partitions);
    this.#inFlight = 0;
    if (partitions.length === 0) {
      // Other members have all partitions. This one waits until another leaves.
      while (!this.#hasMoved(epoch)) await firstValueFrom(this.#changed$, { defaultValue: undefined });
      return undefined;
    }
    while (!this.#hasMoved(epoch)) {
      try {
        const offsets = await this.#answered(
          readingOffsets({
            ...{ admin: this.#admin, consumer: this.#consumer, group, topic, partitions, events },
            isOutOfRange: this.#isOutOfRange,
          }),
        );
        this.#isOutOfRange = false;
        return offsets;
      } catch (error) {
        if (error instanceof HeadwaterError) throw error;
        events?.next({ type: 'unsettled', id: topic, reason: reasonOf(error) });
        await this.#pause(RETRY_MS);
      }
    }
    return undefined;
  }

  async #read(stream: MessagesStream<Bytes, Bytes, Bytes, Bytes>, epoch: number): Promise<void> {
    const { events, topic, maxInFlight = 4096, valve } = this.#options;
    const ready = {
      isOver: () => this.#hasMoved(epoch),
      isFull: () => this.#inFlight >= maxInFlight,
      changed$: this.#changed$,
      valve,
    };
    try {
      for await (const message of stream) {
        await untilReady(ready);
        if (this.#hasMoved(epoch)) return;
        // Fetched after joining a new generation but before its assignment was known: the partition may now belong to
        // another member.
        if (generationOf(message) !== this.#member?.generationId) continue;
        this.#take(message, epoch);
      }
    } catch (error) {
      if (this.#closed) return;
      this.#isOutOfRange = hasApiId(error, 'OFFSET_OUT_OF_RANGE');
      if (!this.#isOutOfRange) events?.next({ type: 'unsettled', id: topic, reason: reasonOf(error) });
      this.#resting = true;
    } finally {
      await stream.close().catch(() => undefined);
    }
    // The stream has ended by itself, as it does when the group is rejoined.
    if (!this.#hasMoved(epoch)) this.#startAnew();
  }

  #take(message: Message, epoch: number): void {
    const { topic, maxAttempts = 5 } = this.#options;
    const { partition, offset } = message;
    const id = `${topic}:${partition}:${offset}`;
    const attempt = this.#attempts.get(id) ?? 1;
    this.#offsets.take(message);
    this.#inFlight += 1;
    let settled = false;
    const settle = (how: Settlement, inTransaction = false): void => {
      if (settled || this.#hasMoved(epoch)) return;
      settled = true;
      if (how.type === 'retry' && attempt < maxAttempts) {
        this.#attempts.set(id, attempt + 1);
        this.#options.events?.next({ type: 'retried', id, reason: how.reason });
        this.#goBack();
        return;
      }
      if (how.type === 'done') this.#free(message, id, inTransaction);
      else this.#giveUp(message, id, how.reason);
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
      attempt,
      settle,
      origin: {
        consumer: this.#consumer,
        message,
        isCurrent: () => !settled && !this.#hasMoved(epoch),
        firstOpen: (among) => this.#offsets.firstOpen(message.partition, among),
        changed$: this.#changed$,
        last: () => this.#offsets.lastOf(message),
        deadLetters: () => (letters = this.#offsets.lettersBefore(message)).map((letter) => letter.outgoing()),
        committed: () => {
          this.#buried(letters, epoch);
          settle({ type: 'done' }, true);
        },
        lost: (reason) => {
          if (this.#hasMoved(epoch)) return;
          this.#options.events?.next({ type: 'retried', id, reason });
          this.#goBack();
        },
        exclusively: (work) => this.exclusively(work),
      },
    });
  }

  #free(message: Message, id: string, committed: boolean): void {
    const { partition, offset } = message;
    this.#hasWorked = true;
    this.#attempts.delete(id);
    this.#offsets.settle(message);
    if (committed) this.#offsets.commit({ partition, offset: offset + 1n });
    this.#inFlight -= 1;
    this.#changed$.next();
    if (this.#offsets.firstLetters.length > 0) void this.exclusively(() => this.#bury());
  }

  /**
   * Reads again from the last commit, after a short wait for recovery. Unsettled deliveries are dropped at once,
   * because a later message must not be committed before an earlier one that must be processed again.
   */
  #goBack(): void {
    this.#resting = true;
    this.#startAnew();
  }

  /** Keeps a message as a dead letter; without a topic for dead letters, only reports it. */
  #giveUp(message: Message, id: string, reason: string): void {
    const { deadLetters, events } = this.#options;
    if (deadLetters === undefined) {
      events?.next({ type: 'dead-letter', id, reason, to: undefined });
      this.#free(message, id, false);
      return;
    }
    this.#offsets.giveUp(new DeadLetterMessage(message, id, reason, deadLetters, this.#source));
    void this.exclusively(() => this.#bury());
  }

  /**
   * Stores the dead letters before which all messages are settled, and commits their offsets, in one transaction. The
   * others wait for the transaction of a result before which they come, or until the earlier messages are settled.
   */
  async #bury(): Promise<void> {
    const letters = this.#offsets.firstLetters;
    if (letters.length === 0 || this.#closed) return;
    const epoch = this.#epoch;
    const lasts = letters.flatMap((ones) => ones.at(-1) ?? []);
    try {
      const isStored = await this.#letters.commit(
        letters.flat().map((letter) => letter.outgoing()),
        lasts.map(({ message }) => ({ consumer: this.#consumer, message: this.#offsets.lastOf(message) })),
      );
      if (isStored) this.#buried(letters.flat(), epoch);
      else void this.exclusively(() => this.#bury());
    } catch (error) {
      for (const { id } of letters.flat())
        this.#options.events?.next({ type: 'unsettled', id, reason: reasonOf(error) });
      if (!this.#hasMoved(epoch)) this.#goBack();
    }
  }

  /** Reports stored dead letters, and frees their messages if reading was not restarted in the meantime. */
  #buried(letters: readonly DeadLetterMessage[], epoch: number): void {
    for (const { message, id, reason, to } of letters) {
      this.#options.events?.next({ type: 'dead-letter', id, reason, to });
      if (!this.#hasMoved(epoch)) this.#free(message, id, true);
    }
  }

  /** Commits the messages that were settled outside of transactions. */
  #commit(): Promise<void> {
    return this.exclusively(() => this.#commitNow());
  }

  async #commitNow(): Promise<void> {
    const { topic, events } = this.#options;
    const offsets = this.#offsets.uncommitted;
    if (offsets.length === 0 || this.#member === undefined) return;
    try {
      await this.#answered(this.#consumer.commitAs(this.#member, topic, offsets));
      for (const offset of offsets) this.#offsets.commit(offset);
    } catch (error) {
      events?.next({ type: 'unsettled', id: topic, reason: reasonOf(error) });
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
