import { postJson } from '../connection/server.js';

/** A headline that can be labelled. */
export interface Labelled {
  readonly title: string;
  readonly guid?: string | undefined;
  /** Its ordinal on the page; undefined for a headline that the reader typed. */
  readonly ordinal?: number | undefined;
}

/** The classes, and the callbacks for the result of a label. */
export interface LabelBookOptions {
  /** In the order of the label encoder. */
  readonly classes: readonly string[];
  /** The server has stored the label. */
  readonly kept: (headline: Labelled, category: number) => void;
  /** The server has refused the label, or could not be reached. */
  readonly failed: (error: unknown) => void;
}

/** The timeout for storing a label. Milliseconds. */
const LIMIT_MS = 15_000;

/** The maximum number of labels in memory; the oldest are removed first. */
const MOST = 10_000;

/** Sends right classes of headlines, and remembers the stored ones. */
export class LabelBook {
  readonly #options: LabelBookOptions;
  readonly #labels = new Map<number, number>();

  constructor(options: LabelBookOptions) {
    this.#options = options;
  }

  /** The class that was assigned to a headline; undefined if there is none. */
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
