/** A headline with the class that a person gave it. */
export interface Label {
  readonly title: string;
  /** The right class. */
  readonly category: string;
  /** What its source knows it by, where that was sent. */
  readonly guid?: string | undefined;
  /** When the label came. */
  readonly labelled: string;
  /** What the model in use says of it, and the model's id. */
  readonly predicted: string;
  readonly model: string;
}

/** Keeps a label; resolves when it is kept. */
export type KeepLabel = (label: Label) => Promise<void>;
