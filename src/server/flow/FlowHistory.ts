import type { FlowSnapshot } from '../../contracts/flow/FlowSnapshot.js';

/** The most snapshots that are kept: three minutes, at one a second. */
const KEPT = 180;

/** The last snapshots of the flow. */
export class FlowHistory {
  #snapshots: FlowSnapshot[] = [];

  add(snapshot: FlowSnapshot): void {
    this.#snapshots.push(snapshot);
    if (this.#snapshots.length > KEPT) this.#snapshots.shift();
  }

  get last(): FlowSnapshot | undefined {
    return this.#snapshots.at(-1);
  }

  /** The snapshots that were made later than so many milliseconds after the watch began. */
  after(ms: number): readonly FlowSnapshot[] {
    return this.#snapshots.filter(({ atMs }) => atMs > ms);
  }
}
