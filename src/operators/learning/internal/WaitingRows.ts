import type { LateLabel } from '../../../contracts/live/Learning.js';
import type { LiveHeadline } from '../../../contracts/live/Live.js';

const idKey = (source: string, id: number): string => `#${id} ${source}`;
const guidKey = (source: string, guid: string): string => `=${JSON.stringify([source, guid])}`;

/** Something that waits for its headline's label. */
export interface Waiting {
  readonly headline: LiveHeadline;
  /** When it came, in milliseconds by the scheduler's clock. */
  readonly since: number;
}

/** What waits for a label, found by its headline's id or guid; the one that waited longest is the first. */
export class WaitingRows<W extends Waiting> {
  readonly #byId = new Map<string, W>();
  readonly #byGuid = new Map<string, W>();

  get size(): number {
    return this.#byId.size;
  }

  /** The one that has waited longest. */
  get oldest(): W | undefined {
    return this.#byId.values().next().value;
  }

  /**
   * Lets one wait.
   *
   * @returns the one that had the same source and id, which waits no longer
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

  /** The one that a label names; of several with one guid the last. */
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
    // A later headline of the same guid may have taken its place there.
    if (this.#byGuid.get(key) === waiting) this.#byGuid.delete(key);
  }
}
