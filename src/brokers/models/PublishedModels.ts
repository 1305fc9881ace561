/** A file of a model, stored at a broker. */
export interface StoredFile {
  readonly name: string;
  /** The broker's key of the file. Files of one model name with the same content share a key, and are stored once. */
  readonly key: string;
  /** The size in bytes. */
  readonly bytes: number;
  /** The SHA-256 as 64 hexadecimal digits. It is checked whenever the file is fetched. */
  readonly sha256: string;
  /** The position at which the broker finds the file, if it needs one: an offset of a Kafka topic. */
  readonly at: number | undefined;
}

/** A model, stored at a broker. */
export interface StoredModel {
  /** The id from the model's manifest. */
  readonly id: string;
  /** The files of the model, including `manifest.json`. */
  readonly files: readonly StoredFile[];
  /** Additional files, such as those from which a learner continues. */
  readonly others: readonly StoredFile[];
  /** Information from its publisher, as plain data. */
  readonly about: unknown;
}

/** What is published under a name. */
export interface PublishedModels {
  readonly name: string;
  /** The number of the publication; every publication has a different one. */
  readonly revision: number;
  readonly inUse: StoredModel;
  /** A model that classifies a share of the headlines, above 0 and below 1, beside the one in use. */
  readonly candidate: { readonly model: StoredModel; readonly share: number } | undefined;
  /** The model that was in use before this one. */
  readonly before: StoredModel | undefined;
}

/** A model to publish. */
export interface Publication {
  /** The files of the model by name, as returned by `encodeArtifacts`. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Additional files. Default: none. */
  readonly others?: ReadonlyMap<string, Uint8Array> | undefined;
  /** Information about the model, as plain data. Default: none. */
  readonly about?: unknown;
  /** The share of the headlines that it classifies, above 0. With 1, the default, it becomes the model in use. */
  readonly share?: number | undefined;
  /**
   * The revision that this publication must follow. If another one has been published in the meantime, it is refused. 0
   * if there must be none yet. Default: any.
   */
  readonly after?: number | undefined;
}
