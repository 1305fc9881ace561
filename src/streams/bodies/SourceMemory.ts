import type { Fingerprint } from './fileBytes.js';
import type { Snapshot } from './keepSnapshot.js';

/** What the first complete pass over a source leaves behind, so that every later one reads the same bytes. */
export interface SourceMemory {
  /** The file on disk as that pass found it. */
  fingerprint: Fingerprint | undefined;
  /** The bytes that the pass read, where they can be read again. */
  snapshot: Snapshot | undefined;
  /** Whether the snapshot is a file that was written for it, rather than the source itself. */
  written: boolean;
  /** The encoding that the server named, as it wrote it. */
  charset: string | undefined;
}

export const emptyMemory = (): SourceMemory => ({
  fingerprint: undefined,
  snapshot: undefined,
  written: false,
  charset: undefined,
});
