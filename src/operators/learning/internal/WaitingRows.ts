import type { LateLabel } from '../../../contracts/live/Learning.js';
import type { LiveHeadline } from '../../../contracts/live/Live.js';

const idKey = (source: string, id: number): string => `#${id} ${source}`;
const guidKey = (source: string, guid: string): string => `=${JSON.stringify([source, guid])}`;

/** An entry that waits for its headline's label. */
export interface Waiting {
  readonly headline: LiveHeadline;
  /** The time at which it arrived, in milliseconds by the scheduler's clock. */
  readonly since: number;
}

/**
 * Entries that wait for a label, found by their headline's id or guid. The first is the one that has waited longest.
 */
export class WaitingRows<W extends Waiting> {
  readonly #byId = new Map<string, W>();
  readonly #byGuid = new Map<string, W>();

  get size(): number {
    return this.#byId.size;
  }

  /** The entry that has waited longest. */
  get oldest(): W | undefined {
    return this.#byId.values().next().value;
  }

  /**
   * Adds an entry.
   *
   * @returns the earlier entry with the same source and id, which is removed
   */
  add(waiting: W): W | undefined {
    const { source, id, guid } = waiting.headline;
    const key = idKey(source, id);
    const same = this.#byId.get(key);
    if (same !== undefined) this.remove(same);
    this.#byId.set(key, waiting);
    if (guid !== undefined) this.#byGuid.set(guidKey(source, guid), waiting);
    return same;
  }

  /** The entry that a label names; of several with the same guid, the last one. */
  find(label: LateLabel): W | undefined {
    return 'id' in label
      ? this.#byId.get(idKey(label.source, label.id))
      : this.#byGuid.get(guidKey(label.source, label.guid));
  }

  remove(waiting: W): void {
    const { source, id, guid } = waiting.headline;
    this.#byId.delete(idKey(source, id));
    if (guid === undefined) return;
    const key = guidKey(source, guid);
    // A later headline with the same guid may have replaced this one here.
    if (this.#byGuid.get(key) === waiting) this.#byGuid.delete(key);
  }
}
