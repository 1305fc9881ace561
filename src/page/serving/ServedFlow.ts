import type { FlowSnapshot } from '../../contracts/flow/FlowSnapshot.js';
import { getJson } from '../connection/server.js';
import { FlowPanel } from '../flow/FlowPanel.js';

/** How often the flow is asked for. Milliseconds. */
const EVERY_MS = 1000;

/** The flow of a server, asked for while the page is seen. Hidden where the server does not tell of it. */
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
        // Another server counts from its own beginning. That this one is gone is said elsewhere.
        () => {
          this.#seen = 0;
        },
      )
      .finally(() => {
        this.#isAsking = false;
      });
  }
}
