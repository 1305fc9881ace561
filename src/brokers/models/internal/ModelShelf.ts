import type { Observable } from 'rxjs';
import type { StoredFile } from '../PublishedModels.js';

/** What stands under a name, and the number of that entry. */
export interface Entry {
  readonly bytes: Uint8Array;
  readonly revision: number;
}

/** How a broker holds small entries under names, and large files under keys. */
export interface ModelShelf {
  /** Where it is, for messages. */
  readonly where: string;
  /** The newest entry of a name: now, where there is one, and whenever there is another. */
  entries(name: string): Observable<Entry>;
  /** The newest entry of a name. */
  entry(name: string): Promise<Entry | undefined>;
  /**
   * Writes an entry, unless another one was written meanwhile, as far as the broker can tell.
   *
   * @param after the number of the entry that it follows, 0 for none
   */
  writeEntry(name: string, bytes: Uint8Array, after: number): Promise<number>;
  /** Stores a file; tells where it begins, where that is how it is found. */
  put(key: string, bytes: Uint8Array): Promise<number | undefined>;
  /** A file; undefined where it is not there. */
  get(file: StoredFile): Promise<Uint8Array | undefined>;
  /** Removes files. */
  remove(files: readonly StoredFile[]): Promise<void>;
  close(): Promise<void>;
}
