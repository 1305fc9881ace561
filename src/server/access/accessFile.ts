import { checkText } from '../../contracts/checkArgument.js';
import { createWriteStream, type WriteStream } from 'node:fs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { messageOf } from '../../contracts/messageOf.js';
import type { AccessEntry } from './AccessEntry.js';
import { entryWriter } from './entryWriter.js';

/** When a file that cannot be written is opened again. Milliseconds. */
const RETRY_MS = 10_000;

/** The writer of an access log. */
export interface AccessFile {
  /** Writes an entry as a JSON line. */
  readonly write: (entry: AccessEntry) => void;
  /** Opens the file again, after another program has moved it away. */
  readonly reopen: () => void;
  /** Writes the remaining entries and closes the file. */
  readonly close: () => void;
}

/**
 * Appends the entries of an access log to a file, as JSON lines.
 *
 * Requests do not wait for the disk. If the disk is too slow, entries are dropped, and a line `{"lost": 12}` reports
 * how many. If the file cannot be written, for example because the disk is full, entries are dropped too, and the file
 * is opened again every 10 s.
 *
 * @param path the file; only its owner and group can read it
 * @param failed called with `HW_WRITE` if the file cannot be written; once until it can be written again
 * @throws HeadwaterError `HW_USAGE` when an argument is missing or has another type
 *
 * @example
 * ```ts
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { accessFile } from 'headwater';
 * const log = accessFile(join(tmpdir(), 'access.jsonl'), (error) => console.error(error));
 * // serveModel({ accessLog: log.write, … })
 * log.close();
 * ```
 */
export const accessFile = (path: string, failed: (error: unknown) => void): AccessFile => {
  checkText('accessFile', 'path', path, 'the path of a file');

  let stream: WriteStream | undefined;
  let retry: NodeJS.Timeout | undefined;
  /** Whether the present failure was reported. */
  let isTold = false;

  const open = (): void => {
    clearTimeout(retry);
    const opened = createWriteStream(path, { flags: 'a', mode: 0o640 });
    stream = opened;
    opened.on('error', (cause) => {
      if (stream !== opened) return;
      stream = undefined;
      retry = setTimeout(open, RETRY_MS).unref();
      if (isTold && opened.bytesWritten === 0) return;
      isTold = true;
      failed(
        new HeadwaterError(
          'HW_WRITE',
          `The access log cannot be written to ${path}: ${messageOf(cause)}. The server continues ` +
            `without it, and tries again every ${RETRY_MS / 1000} s. ` +
            'Check the folder of --access-log and the room on the disk.',
          { where: path, cause },
        ),
      );
    });
  };
  const leave = (): void => {
    clearTimeout(retry);
    stream?.end();
    stream = undefined;
  };
  open();
  return {
    write: entryWriter(() => stream),
    reopen: () => {
      leave();
      isTold = false;
      open();
    },
    close: leave,
  };
};
