import { randomBytes } from 'node:crypto';
import { openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf } from '../../contracts/messageOf.js';
import { codeOf } from '../../contracts/codeOf.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { isOutOfFiles } from '../../contracts/isOutOfFiles.js';
import { makeFoldersSync } from '../../contracts/runtime/makeFolders.js';
import { appendWhole } from '../../sinks/files/internal/appendWhole.js';
import { replaceOpen } from '../../sinks/files/replaceOpen.js';

/** The stored events of a server. After a restart, its listeners continue where they stopped. */
export interface EventLog {
  /** The prefix of the event ids. It is the same for all servers that use this log. */
  readonly epoch: string;
  /** The number of its first event. */
  readonly first: number;
  /** Its events in the form in which they are sent, with consecutive numbers. */
  readonly frames: readonly Buffer[];
  /** Adds an event. It is stored when this function returns, even if the process crashes afterwards. */
  append(frame: Buffer): void;
  /** Whether the log has grown so much that it should be rewritten. */
  readonly isLong: boolean;
  /** Replaces all events of the log with these. If no file can be opened at the moment, it does so later. */
  rewrite(frames: readonly Buffer[]): void;
}

const END = '\n\n';
const ID = /^id: ([\da-f]+)-(\d{1,15})\n/;

/** How much larger than its current events a log may be. Bytes. */
const SPARE = 32 * 1_048_576;

/** How much it grows before it is rewritten later than that, if no file could be opened. Bytes. */
const LATER = 4 * 1_048_576;

const read = (path: string): Buffer => {
  try {
    return readFileSync(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return Buffer.alloc(0);
    throw new HeadwaterError('HW_PATH', `${path} cannot be read. Check that it is a file, and its permissions.`, {
      where: path,
      cause: error,
    });
  }
};

/** The consecutive events of one epoch at the end of a log. An incomplete event is dropped. */
const eventsOf = (
  bytes: Buffer,
): { readonly epoch: string | undefined; readonly first: number; readonly frames: Buffer[] } => {
  const frames: Buffer[] = [];
  let epoch: string | undefined;
  let first = 0;
  for (let at = 0, end = bytes.indexOf(END); end >= 0; at = end + END.length, end = bytes.indexOf(END, at)) {
    const frame = bytes.subarray(at, end + END.length);
    const [, id, digits] = ID.exec(frame.toString('latin1', 0, 80)) ?? [];
    if (id === undefined) continue;
    const number = Number(digits);
    if (id !== epoch || number !== first + frames.length) {
      frames.length = 0;
      epoch = id;
      first = number;
    }
    frames.push(frame);
  }
  return { epoch, first, frames };
};

/**
 * Opens or creates the log of a server's events. The file contains server-sent events in the form in which they are
 * sent.
 *
 * @param path the file; its folder is created if it does not exist
 * @throws HeadwaterError `HW_PATH` if it cannot be read, `HW_WRITE` if it cannot be written
 *
 * @example
 * ```ts
 * import { mkdtemp } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { type ClassifyLiveOptions, eventLog, serveModel } from 'headwater';
 *
 * const log = eventLog(join(await mkdtemp(join(tmpdir(), 'headwater-')), 'events'));
 * console.log(log.frames.length); // 0: nothing has been sent yet
 * // After a restart, a listener receives the events that it has missed.
 * export const serve = (classifier: ClassifyLiveOptions) => serveModel({ ...classifier, port: 8080, kept: log });
 * ```
 */
export const eventLog = (path: string): EventLog => {
  const bytes = read(path);
  const { epoch = randomBytes(6).toString('hex'), first, frames } = eventsOf(bytes);
  let added = 0;
  const writing = <T>(write: () => T): T => {
    try {
      return write();
    } catch (cause) {
      throw new HeadwaterError(
        'HW_WRITE',
        `The events could not be written to ${path}: ${messageOf(cause)}. ` +
          'Check the disk and the permissions of the folder.',
        { where: path, cause },
      );
    }
  };
  // Open from now on: later, clients may have taken all descriptors.
  let file = writing(() => {
    // An incomplete event at the end of the file would corrupt the next event.
    if (bytes.length !== frames.reduce((sum, frame) => sum + frame.length, 0))
      return replaceOpen(path, Buffer.concat(frames), undefined);
    makeFoldersSync(dirname(path));
    return openSync(path, 'a');
  });
  return {
    epoch,
    first,
    frames,
    append: (frame) =>
      writing(() => {
        appendWhole(file, frame);
        added += frame.length;
      }),
    get isLong() {
      return added > SPARE;
    },
    rewrite: (kept) =>
      writing(() => {
        try {
          file = replaceOpen(path, Buffer.concat(kept), file);
          added = 0;
        } catch (error) {
          if (!isOutOfFiles(error)) throw error;
          added = SPARE - LATER;
        }
      }),
  };
};
