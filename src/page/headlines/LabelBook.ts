import { postJson } from '../connection/server.js';

/** A headline that can be labelled. */
export interface Labelled {
  readonly title: string;
  readonly guid?: string | undefined;
  /** Its ordinal on the page; undefined where it is one of the reader's own. */
  readonly ordinal?: number | undefined;
}

/** Who is told what became of a label. */
export interface LabelBookOptions {
  /** In the order of the label encoder. */
  readonly classes: readonly string[];
  /** The server has kept it. */
  readonly kept: (headline: Labelled, category: number) => void;
  /** It has not, or could not be asked. */
  readonly failed: (error: unknown) => void;
}

/** How long the server may take to keep a label. Milliseconds. */
const LIMIT_MS = 15_000;

/** The most labels that are remembered; the oldest are forgotten first. */
const MOST = 10_000;

/** Gives headlines their right class, and remembers those that the server has kept. */
export class LabelBook {
  readonly #options: LabelBookOptions;
  readonly #labels = new Map<number, number>();

  constructor(options: LabelBookOptions) {
    this.#options = options;
  }

  /** The class that was given to a headline; undefined where none was. */
  of(ordinal: number | undefined): number | undefined {
    return ordinal === undefined ? undefined : this.#labels.get(ordinal);
  }

  /** Sends the right class of a headline to the server. */
  give(headline: Labelled, category: number): void {
    const { classes, kept, failed } = this.#options;
    const { title, guid, ordinal } = headline;
    postJson('labels', { title, guid, category: classes[category] }, AbortSignal.timeout(LIMIT_MS)).then(() => {
      if (ordinal !== undefined) this.#remember(ordinal, category);
      kept(headline, category);
    }, failed);
  }

  #remember(ordinal: number, category: number): void {
    this.#labels.delete(ordinal);
    this.#labels.set(ordinal, category);
    const [oldest] = this.#labels.keys();
    if (this.#labels.size > MOST && oldest !== undefined) this.#labels.delete(oldest);
  }
}
