import type { FlowSnapshot } from '../../contracts/flow/FlowSnapshot.js';
import { getJson } from '../connection/server.js';
import { FlowPanel } from '../flow/FlowPanel.js';

/** The interval between requests for the flow. Milliseconds. */
const EVERY_MS = 1000;

/** The flow of a server, requested while the page is visible. It is hidden if the server does not report it. */
export class ServedFlow {
  readonly #panel = new FlowPanel();
  #seen = 0;
  #isAsking = false;

  constructor() {
    const ask = (): void => {
      if (!document.hidden && !this.#isAsking) this.#look();
    };
    ask();
    setInterval(ask, EVERY_MS);
    document.addEventListener('visibilitychange', ask);
  }

  get node(): HTMLElement {
    return this.#panel.node;
  }

  #look(): void {
    this.#isAsking = true;
    getJson<{ readonly snapshots: readonly FlowSnapshot[] }>(`flow?after=${this.#seen}`)
      .then(
        ({ snapshots }) => {
          for (const snapshot of snapshots) this.#panel.show(snapshot);
          this.#seen = snapshots.at(-1)?.atMs ?? this.#seen;
        },
        // A restarted server counts from its own start. An unreachable server is shown elsewhere.
        () => {
          this.#seen = 0;
        },
      )
      .finally(() => {
        this.#isAsking = false;
      });
  }
}
