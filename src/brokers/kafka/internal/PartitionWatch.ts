import type { Consumer } from '@platformatic/kafka';

/**
 * Notices new partitions of a topic. The client shares partitions out only when a member joins, so new partitions would
 * have no reader until then.
 */
export class PartitionWatch {
  readonly #consumer: Consumer;
  readonly #topic: string;
  /** The partitions when this member shared them out; undefined for a member that is not the leader of its group. */
  #shared: number | undefined;

  constructor(consumer: Consumer, topic: string) {
    this.#consumer = consumer;
    this.#topic = topic;
    consumer.on('consumer:group:join', ({ isLeader = false }) => {
      this.#shared = isLeader ? consumer.currentMetadata?.topics.get(topic)?.partitionsCount : undefined;
    });
  }

  /** Joins the group again if the topic has new partitions. The whole group shares them out when its leader does so. */
  async check(): Promise<void> {
    if (this.#shared === undefined) return;
    try {
      const { topics } = await this.#consumer.metadata({ topics: [this.#topic], forceUpdate: true });
      const count = topics.get(this.#topic)?.partitionsCount;
      if (count !== undefined && count !== this.#shared) await this.#consumer.joinGroup();
    } catch {
      // The broker is unavailable, or the topic was deleted, which is reported elsewhere.
    }
  }
}
