import type { CommittedConsumer } from './openConsumer.js';

/**
 * Notices new partitions of the topics of a group. The client shares partitions out only when a member joins, so new
 * partitions would have no reader until then.
 */
export class PartitionWatch {
  readonly #consumer: CommittedConsumer;
  readonly #lost: (error: unknown) => void;
  /**
   * The partitions of each topic when this member shared them out; undefined for a member that is not the leader of its
   * group.
   */
  #shared: ReadonlyMap<string, number | undefined> | undefined;

  /** @param lost called if the group cannot be joined again: the client then sends no heartbeats any more */
  constructor(consumer: CommittedConsumer, topic: string, lost: (error: unknown) => void) {
    this.#consumer = consumer;
    this.#lost = lost;
    consumer.on('consumer:group:join', ({ isLeader = false }) => {
      const topics = new Set([topic, ...consumer.takeSharedTopics()]);
      this.#shared = isLeader
        ? new Map([...topics].map((name) => [name, consumer.currentMetadata?.topics.get(name)?.partitionsCount]))
        : undefined;
    });
  }

  /** Joins the group again if a topic has new partitions. The whole group shares them out when its leader does so. */
  async check(): Promise<void> {
    const shared = this.#shared;
    if (shared === undefined || !(await this.#hasChanged(shared))) return;
    try {
      await this.#consumer.joinGroup();
    } catch (error) {
      this.#lost(error);
    }
  }

  async #hasChanged(shared: ReadonlyMap<string, number | undefined>): Promise<boolean> {
    try {
      const { topics } = await this.#consumer.metadata({ topics: [...shared.keys()], forceUpdate: true });
      return [...shared].some(([name, before]) => {
        const count = topics.get(name)?.partitionsCount;
        return before !== undefined && count !== undefined && count !== before;
      });
    } catch {
      // The broker is unavailable, or a topic was deleted, which is reported elsewhere.
      return false;
    }
  }
}
