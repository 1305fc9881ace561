import type { Observable } from 'rxjs';
import type { Publication, PublishedModels, StoredFile } from './PublishedModels.js';

/** A store of named models, from which workers on other machines load them. */
export interface ModelStore {
  /**
   * Emits what is published under a name: the current publication, if there is one, and every later one. Never
   * completes. It fails with `HW_BROKER` if the broker cannot be reached, or has no such store.
   */
  published(name: string): Observable<PublishedModels>;
  /** The current publication under a name; undefined if there is none. Rejects with the same errors as `published`. */
  current(name: string): Promise<PublishedModels | undefined>;
  /** The bytes of files by name. Rejects with `HW_ARTIFACT` if a file is missing, or differs from the published one. */
  fetch(files: readonly StoredFile[]): Promise<ReadonlyMap<string, Uint8Array>>;
  /**
   * Publishes a model: first all its files, then its name in one step. Files that the broker already holds are not sent
   * again. Files that no longer belong to the model in use, the candidate or the previous model are removed.
   *
   * Rejects with `HW_USAGE` for files without a manifest or an invalid share, `HW_ARTIFACT` if a file that the manifest
   * lists is missing or differs, `HW_BROKER` if the broker refuses, or another publisher has published in the meantime.
   */
  publish(name: string, publication: Publication): Promise<PublishedModels>;
  /** Closes the connection to the broker. */
  close(): Promise<void>;
}
