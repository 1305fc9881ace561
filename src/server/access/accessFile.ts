import { checkText } from '../../contracts/checkArgument.js';
import { createWriteStream, type WriteStream } from 'node:fs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { messageOf } from '../../contracts/messageOf.js';
import type { AccessEntry } from './AccessEntry.js';
import { entryWriter } from './entryWriter.js';

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
 * how many.
 *
 * @param path the file; only its owner and group can read it
 * @param failed called once with `HW_WRITE` if the file cannot be written; later entries are dropped
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
  const open = (): WriteStream => {
    const opened = createWriteStream(path, { flags: 'a', mode: 0o640 });
    opened.on('error', (cause) => {
      if (stream !== opened) return;
      stream = undefined;
      failed(
        new HeadwaterError(
          'HW_WRITE',
          `The access log cannot be written to ${path}: ${messageOf(cause)}. The server continues ` +
            'without it. Check the folder of --access-log and the room on the disk.',
          { where: path, cause },
        ),
      );
    });
    return opened;
  };
  stream = open();
  return {
    write: entryWriter(() => stream),
    reopen: () => {
      stream?.end();
      stream = open();
    },
    close: () => stream?.end(),
  };
};
