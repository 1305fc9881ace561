import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { Fingerprint } from './fileBytes.js';
import type { Validators } from './http/validators.js';
import type { Digest, Snapshot } from './keepSnapshot.js';

/** What the first complete pass over a source leaves behind, so that every later one reads the same bytes. */
export interface SourceMemory {
  /** The file on disk as that pass found it. */
  fingerprint: Fingerprint | undefined;
  /** What the decoded bytes hashed to that the pass read. */
  digest: Digest | undefined;
  /** The bytes that the pass read, where they can be read again. */
  snapshot: Snapshot | undefined;
  /** Whether the snapshot is a file that was written for it, rather than the source itself. */
  written: boolean;
  /** The encoding that the server named, as it wrote it. */
  charset: string | undefined;
  /** By what the server told the version that the pass read. */
  validators: Validators | undefined;
}

export const emptyMemory = (): SourceMemory => ({
  fingerprint: undefined,
  digest: undefined,
  snapshot: undefined,
  written: false,
  charset: undefined,
  validators: undefined,
});

/** The error for a source that is not what its first pass read. */
export const sourceChanged = (name: string, kind: 'file' | 'http'): HeadwaterError =>
  new HeadwaterError(
    'HW_SOURCE_CHANGED',
    kind === 'file'
      ? `${name} was changed while it was in use, and every pass must read the same bytes. Start again, and leave it alone meanwhile.`
      : `${name} was changed while it was in use: another pass has read other bytes. Give snapshotDir, which keeps what the first pass reads (the command does so by itself), or start again.`,
    { where: name },
  );

/**
 * Fixes what every pass reads, at the end of the first one that completes. Another pass may have begun before that; at
 * its own end it finds out whether it has read the same.
 *
 * @throws HeadwaterError `HW_SOURCE_CHANGED`
 */
export const remember = (memory: SourceMemory, digest: Digest, name: string, kind: 'file' | 'http'): void => {
  memory.digest ??= digest;
  if (memory.digest.sha256 !== digest.sha256) throw sourceChanged(name, kind);
};
