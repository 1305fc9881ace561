import type { FlowSnapshot } from '../../contracts/flow/FlowSnapshot.js';

/** The maximum number of snapshots: three minutes, at one snapshot a second. */
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

  /** The snapshots that were made more than `ms` milliseconds after the start of the watch. */
  after(ms: number): readonly FlowSnapshot[] {
    return this.#snapshots.filter(({ atMs }) => atMs > ms);
  }
}
