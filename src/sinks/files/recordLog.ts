import { openSync, readFileSync, renameSync } from 'node:fs';
import { messageOf } from '../../contracts/messageOf.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { codeOf } from '../../contracts/codeOf.js';
import { appendWhole } from './internal/appendWhole.js';
import { replaceOpen } from './replaceOpen.js';

/** A file of records of one size that more records are appended to. */
export interface RecordLog {
  /** The number of records in the file. */
  readonly count: number;
  /** Appends records that follow one another in the array. After it returns, they survive the end of this process. */
  append(records: Uint8Array): void;
  /** Replaces all records by others, with one rename. */
  rewrite(records: Uint8Array): void;
}

/** The log and the records that it had when it was opened. */
export interface OpenedLog {
  readonly log: RecordLog;
  /** The records one after another; undefined if there was no valid file. */
  readonly records: Uint8Array | undefined;
}

/** The format of a log. */
export interface RecordLogOptions {
  /** The first bytes of the file. They identify the format. */
  readonly magic: string;
  /** The size of a record in bytes. */
  readonly size: number;
  /** Receives the error of a file in another format. That file is moved to `<path>.damaged`. */
  readonly damaged: { next(damage: HeadwaterError): void };
}

const read = (path: string): Uint8Array | undefined => {
  try {
    return readFileSync(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new HeadwaterError('HW_PATH', `${path} cannot be read. Check that it is a file, and its permissions.`, {
      where: path,
      cause: error,
    });
  }
};

const writing = <T>(path: string, write: () => T): T => {
  try {
    return write();
  } catch (cause) {
    throw new HeadwaterError(
      'HW_WRITE',
      `The state could not be written to ${path}: ${messageOf(cause)}. ` +
        'Check the disk and the permissions of the folder.',
      { where: path, cause },
    );
  }
};

/**
 * Opens a log of records of one size, or creates one.
 *
 * Each append is a separate synchronous write, so appended records survive however the process ends. An incomplete
 * record at the end is dropped. After a power failure the last records may be missing.
 *
 * @param path the file; its folder is created if it is missing
 * @throws HeadwaterError `HW_PATH`, `HW_WRITE`
 */
export const recordLog = (path: string, { magic, size, damaged }: RecordLogOptions): OpenedLog => {
  const head = Buffer.from(magic);
  const found = read(path);
  const sound = found !== undefined && Buffer.compare(found.subarray(0, head.length), head) === 0;
  if (found !== undefined && found.length > 0 && !sound) {
    const aside = `${path}.damaged`;
    writing(path, () => renameSync(path, aside));
    damaged.next(
      new HeadwaterError(
        'HW_ARTIFACT',
        `${path} is damaged. It is now ${aside}, and everything starts from the beginning.`,
        {
          where: path,
        },
      ),
    );
  }
  const whole = sound ? Math.floor((found.length - head.length) / size) * size : 0;
  const records = sound ? found.subarray(head.length, head.length + whole) : undefined;

  let count = whole / size;
  const replaced = (all: Uint8Array, open: number | undefined): number =>
    writing(path, () => replaceOpen(path, Buffer.concat([head, all]), open));
  // Records appended after an incomplete one would be misaligned, so the file is rewritten. It is open from now on,
  // because all descriptors may be taken later.
  let file =
    sound && found.length === head.length + whole
      ? writing(path, () => openSync(path, 'a'))
      : replaced(records ?? new Uint8Array(), undefined);

  return {
    records,
    log: {
      get count() {
        return count;
      },
      append: (added) =>
        writing(path, () => {
          appendWhole(file, added);
          count += added.length / size;
        }),
      rewrite: (all) => {
        file = replaced(all, file);
        count = all.length / size;
      },
    },
  };
};
