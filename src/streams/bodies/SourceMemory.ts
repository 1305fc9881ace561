import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { Fingerprint } from './Fingerprint.js';
import type { Validators } from './http/validators.js';
import type { Digest, Snapshot } from './keepSnapshot.js';

/** The state after the first complete pass over a source, so that every later pass reads the same bytes. */
export interface SourceMemory {
  /** The size and modification time of the file on disk in that pass. */
  fingerprint: Fingerprint | undefined;
  /** The hash of the decoded bytes of that pass. */
  digest: Digest | undefined;
  /** The file with the bytes of that pass, if they can be read again. */
  snapshot: Snapshot | undefined;
  /** Whether the snapshot is a file that was written for it. Otherwise it is the source itself. */
  written: boolean;
  /** The encoding that the server declared, unchanged. */
  charset: string | undefined;
  /** The server's validators for the version that the pass read. */
  validators: Validators | undefined;
  /**
   * Stores the body of the first pass in place of that of an earlier run. Called once the body was read as a table: a
   * login page of a network must not replace the table.
   */
  accepted: (() => Promise<void>) | undefined;
  /** The number of bytes after the gzip data, which the latest pass over the compressed bytes has ignored. */
  surplusBytes: number;
}

export const emptyMemory = (): SourceMemory => ({
  fingerprint: undefined,
  digest: undefined,
  snapshot: undefined,
  written: false,
  charset: undefined,
  validators: undefined,
  accepted: undefined,
  surplusBytes: 0,
});

const CHANGES = {
  file:
    'was changed while it was in use, and every pass must read the same bytes. ' +
    'Start again, and leave it alone meanwhile.',
  removed:
    'was removed while it was in use, and it is read more than once. Put it back, start again, and leave it there ' +
    'meanwhile.',
  http:
    'was changed while it was in use: another pass has read other bytes. Give snapshotDir, ' +
    'which keeps what the first pass reads (the command does so), or start again.',
} as const;

/** The error for a source that has changed since its first pass. */
export const sourceChanged = (name: string, kind: 'file' | 'removed' | 'http'): HeadwaterError =>
  new HeadwaterError('HW_SOURCE_CHANGED', `${name} ${CHANGES[kind]}`, { where: name });

/**
 * Records the digest of the first complete pass, and compares that of every other pass with it. Another pass may have
 * begun earlier; it is compared at its own end.
 *
 * @throws HeadwaterError `HW_SOURCE_CHANGED`
 */
export const remember = (memory: SourceMemory, digest: Digest, name: string, kind: 'file' | 'http'): void => {
  memory.digest ??= digest;
  if (memory.digest.sha256 !== digest.sha256) throw sourceChanged(name, kind);
};

/**
 * Ends a pass whose body was read completely.
 *
 * @returns undefined if there is nothing to wait for
 */
export const accept = (memory: SourceMemory): Promise<void> | undefined => {
  const { accepted } = memory;
  memory.accepted = undefined;
  return accepted?.();
};
