import type { Consumer } from '@platformatic/kafka';

/**
 * Notices new partitions of a topic. The client shares partitions out only when a member joins, so new partitions would
 * have no reader until then.
 */
export class PartitionWatch {
  readonly #consumer: Consumer;
  readonly #topic: string;
  readonly #lost: (error: unknown) => void;
  /** The partitions when this member shared them out; undefined for a member that is not the leader of its group. */
  #shared: number | undefined;

  /** @param lost called if the group cannot be joined again: the client then sends no heartbeats any more */
  constructor(consumer: Consumer, topic: string, lost: (error: unknown) => void) {
    this.#consumer = consumer;
    this.#topic = topic;
    this.#lost = lost;
    consumer.on('consumer:group:join', ({ isLeader = false }) => {
      this.#shared = isLeader ? consumer.currentMetadata?.topics.get(topic)?.partitionsCount : undefined;
    });
  }

  /** Joins the group again if the topic has new partitions. The whole group shares them out when its leader does so. */
  async check(): Promise<void> {
    if (this.#shared === undefined) return;
    let count: number | undefined;
    try {
      const { topics } = await this.#consumer.metadata({ topics: [this.#topic], forceUpdate: true });
      count = topics.get(this.#topic)?.partitionsCount;
    } catch {
      // The broker is unavailable, or the topic was deleted, which is reported elsewhere.
    }
    if (count === undefined || count === this.#shared) return;
    try {
      await this.#consumer.joinGroup();
    } catch (error) {
      this.#lost(error);
    }
  }
}
