import type { Observable } from 'rxjs';
import type { Publication, PublishedModels, StoredFile } from './PublishedModels.js';

/** Where models lie under names, for workers on other machines to take. */
export interface ModelStore {
  /**
   * What is published under a name: now, where there is something, and whenever something else is. Never completes; it
   * fails with `HW_BROKER` where the broker cannot be reached, or has no such store.
   */
  published(name: string): Observable<PublishedModels>;
  /** What is published under a name now; undefined where nothing is. Rejects as `published` fails. */
  current(name: string): Promise<PublishedModels | undefined>;
  /**
   * The bytes of files by name. Rejects with `HW_ARTIFACT` where one is missing, or is not the one that was published.
   */
  fetch(files: readonly StoredFile[]): Promise<ReadonlyMap<string, Uint8Array>>;
  /**
   * Publishes a model: all its files, then, in one step, its name. Files that the broker holds already are not sent
   * again, and those that no longer belong to the model in use, a candidate or the model before are removed.
   *
   * Rejects with `HW_USAGE` for files without a manifest or a share that is none, `HW_ARTIFACT` for files that their
   * manifest does not list, `HW_BROKER` where the broker refuses, or another has published meanwhile.
   */
  publish(name: string, publication: Publication): Promise<PublishedModels>;
  /** Lets the broker go. */
  close(): Promise<void>;
}
