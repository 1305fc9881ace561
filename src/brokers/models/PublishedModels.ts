/** A file of a model that a broker holds. */
export interface StoredFile {
  readonly name: string;
  /** What the broker calls it. Equal files of one name have one key, and are there once. */
  readonly key: string;
  /** Its size. */
  readonly bytes: number;
  /** Its SHA-256, in 64 hexadecimal digits. It is checked whenever the file is fetched. */
  readonly sha256: string;
  /** Where it begins, where the broker finds it by that: an offset of a Kafka topic. */
  readonly at: number | undefined;
}

/** A model that a broker holds. */
export interface StoredModel {
  /** Its id: that of its manifest. */
  readonly id: string;
  /** The files of the model, `manifest.json` among them. */
  readonly files: readonly StoredFile[];
  /** Files beside it, such as those that a learner goes on from. */
  readonly others: readonly StoredFile[];
  /** What its publisher says of it, as plain data. */
  readonly about: unknown;
}

/** What is published under a name. */
export interface PublishedModels {
  readonly name: string;
  /** Which publication it is: another one has another. */
  readonly revision: number;
  readonly inUse: StoredModel;
  /** A model that takes a share of the headlines, above 0 and below 1, beside the one in use. */
  readonly candidate: { readonly model: StoredModel; readonly share: number } | undefined;
  /** The model that was in use before. */
  readonly before: StoredModel | undefined;
}

/** A model to be published. */
export interface Publication {
  /** The files of the model by name, as `encodeArtifacts` gives them. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Files beside it. Default: none. */
  readonly others?: ReadonlyMap<string, Uint8Array> | undefined;
  /** What is said of it, as plain data. Default: nothing. */
  readonly about?: unknown;
  /** The share of the headlines that it is to take, above 0; 1, the default, puts it in use. */
  readonly share?: number | undefined;
  /**
   * The revision that it follows: where another one has been published meanwhile, it is refused. 0 where none may be
   * there. Default: any.
   */
  readonly after?: number | undefined;
}
