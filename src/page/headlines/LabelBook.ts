import { postJson } from '../connection/server.js';

/** A headline that can be labelled. */
export interface Labelled {
  readonly title: string;
  readonly guid?: string | undefined;
  /** Its key on the server, by which its label is found again; undefined for a headline that the reader typed. */
  readonly key?: string | undefined;
  /** Its ordinal on the page; undefined for a headline that the reader typed. */
  readonly ordinal?: number | undefined;
}

/** A label that the server has stored, as in the event `label`. */
export interface LabelTold {
  readonly class: string;
  /** Undefined if the client that sent the label does not know it. */
  readonly key?: string | undefined;
}

/** The classes, and the callbacks for the result of a label. */
export interface LabelBookOptions {
  /** In the order of the label encoder. */
  readonly classes: readonly string[];
  /** The server has stored the label. */
  readonly kept: (headline: Labelled, category: number) => void;
  /** The server has stored a label that this page, another tab or another person gave. */
  readonly told: (isIt: (headline: Labelled) => boolean) => void;
  /** The server has refused the label, or could not be reached. */
  readonly failed: (error: unknown) => void;
}

/** The timeout for storing a label. Milliseconds. */
const LIMIT_MS = 15_000;

/** The maximum number of labels in memory; the oldest are removed first. */
const MOST = 10_000;

/** Where the label of a headline is kept: under its key, or under its number on this page. */
const placeOf = ({ key, ordinal }: Labelled): string | undefined =>
  key === undefined ? (ordinal === undefined ? undefined : `#${ordinal}`) : `key ${key}`;

/** Sends right classes of headlines, and remembers the stored ones: its own, and those that others gave. */
export class LabelBook {
  readonly #options: LabelBookOptions;
  readonly #labels = new Map<string, number>();

  constructor(options: LabelBookOptions) {
    this.#options = options;
  }

  /** The class that was assigned to a headline; undefined if there is none. */
  of(headline: Labelled): number | undefined {
    const place = placeOf(headline);
    return place === undefined ? undefined : this.#labels.get(place);
  }

  /** Sends the right class of a headline to the server. */
  give(headline: Labelled, category: number): void {
    const { classes, kept, failed } = this.#options;
    const { title, guid, key } = headline;
    postJson('labels', { title, guid, key, category: classes[category] }, AbortSignal.timeout(LIMIT_MS)).then(() => {
      this.#remember(headline, category);
      kept(headline, category);
    }, failed);
  }

  /** Processes a label that the server has stored. */
  heard({ class: name, key }: LabelTold): void {
    const { classes, told } = this.#options;
    const category = classes.indexOf(name);
    // Without a key it is not known which headline was labelled; and the present model may lack the class.
    if (key === undefined || category < 0) return;
    this.#remember({ title: '', key }, category);
    told((headline) => headline.key === key);
  }

  #remember(headline: Labelled, category: number): void {
    const place = placeOf(headline);
    if (place === undefined) return;
    this.#labels.delete(place);
    this.#labels.set(place, category);
    const [oldest] = this.#labels.keys();
    if (this.#labels.size > MOST && oldest !== undefined) this.#labels.delete(oldest);
  }
}
