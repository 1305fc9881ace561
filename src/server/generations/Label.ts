/** A headline with the class that a person assigned. */
export interface Label {
  readonly title: string;
  /** The right class. */
  readonly category: string;
  /** The id of the headline in its source, if the client sent it. */
  readonly guid?: string | undefined;
  /** The key of the headline in the server's events, if the client sent it. */
  readonly key?: string | undefined;
  /** The time at which the label arrived. */
  readonly labelled: string;
  /** The prediction of the model in use, and the model's id. */
  readonly predicted: string;
  readonly model: string;
}

/** Stores a label; resolves when it is stored. */
export type KeepLabel = (label: Label) => Promise<void>;
