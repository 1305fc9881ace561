import type { Observable } from 'rxjs';
import type { StoredFile } from '../PublishedModels.js';

/** The entry of a name, and its revision number. */
export interface Entry {
  readonly bytes: Uint8Array;
  readonly revision: number;
}

/** The storage of a broker: small entries under names, and large files under keys. */
export interface ModelShelf {
  /** The location, for messages. */
  readonly where: string;
  /** Emits the newest entry of a name: the current one, if there is one, and every later one. */
  entries(name: string): Observable<Entry>;
  /** The newest entry of a name. */
  entry(name: string): Promise<Entry | undefined>;
  /**
   * Writes an entry. Refused if another one was written in the meantime, if the broker can detect that.
   *
   * @param after the revision of the entry that it follows, 0 for none
   */
  writeEntry(name: string, bytes: Uint8Array, after: number): Promise<number>;
  /** Stores a file. Returns its position if the broker finds it by position. */
  put(key: string, bytes: Uint8Array): Promise<number | undefined>;
  /** The content of a file; undefined if it does not exist. */
  get(file: StoredFile): Promise<Uint8Array | undefined>;
  /** Removes files. */
  remove(files: readonly StoredFile[]): Promise<void>;
  close(): Promise<void>;
}
