import { openSync, readFileSync, renameSync } from 'node:fs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { codeOf } from '../internal/codeOf.js';
import { appendWhole } from './internal/appendWhole.js';
import { replaceOpen } from './replaceOpen.js';

/** A file of records of one size, to which more are added. */
export interface RecordLog {
  /** How many records the file has. */
  readonly count: number;
  /** Adds records, one behind the other. They survive the end of this process as soon as this returns. */
  append(records: Uint8Array): void;
  /** Puts other records in the place of all that are there, by one rename. */
  rewrite(records: Uint8Array): void;
}

/** What a log had when it was opened. */
export interface OpenedLog {
  readonly log: RecordLog;
  /** One behind the other; undefined where there was no file. */
  readonly records: Uint8Array | undefined;
}

/** How a log is written. */
export interface RecordLogOptions {
  /** What the file begins with, so that no other is taken for it. */
  readonly magic: string;
  /** The size of a record in bytes. */
  readonly size: number;
  /** Told of a file that is none of these; it is moved to `<path>.damaged`. */
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
      `The state could not be written to ${path}: ${cause instanceof Error ? cause.message : String(cause)}. Check the disk and the permissions of the folder.`,
      { where: path, cause },
    );
  }
};

/**
 * Opens a log of records of one size, or begins one.
 *
 * Each addition is a write of its own, synchronous, so that what has been added is there whatever ends the process. A
 * record that was cut off in the middle is left out. After a power failure the last additions may be missing.
 *
 * @param path the file; its folder is made where it is missing
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
      new HeadwaterError('HW_ARTIFACT', `${path} is damaged. It is now ${aside}, and everything begins anew.`, {
        where: path,
      }),
    );
  }
  const whole = sound ? Math.floor((found.length - head.length) / size) * size : 0;
  const records = sound ? found.subarray(head.length, head.length + whole) : undefined;

  let file: number | undefined;
  let count = whole / size;
  const rewrite = (all: Uint8Array): void =>
    writing(path, () => {
      file = replaceOpen(path, Buffer.concat([head, all]), file);
      count = all.length / size;
    });
  // What was cut off would put all that is added behind it out of step.
  if (!sound || found.length !== head.length + whole) rewrite(records ?? new Uint8Array());

  return {
    records,
    log: {
      get count() {
        return count;
      },
      append: (added) =>
        writing(path, () => {
          file ??= openSync(path, 'a');
          appendWhole(file, added);
          count += added.length / size;
        }),
      rewrite,
    },
  };
};
