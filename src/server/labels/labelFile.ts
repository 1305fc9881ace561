import { open, type FileHandle } from 'node:fs/promises';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { codeOf } from '../../contracts/codeOf.js';
import type { KeepLabel } from '../generations/Label.js';

/** Whether the last line lacks a line break: its write was interrupted, or an editor omits it. */
const endsInLine = async (file: FileHandle): Promise<boolean> => {
  const { size } = await file.stat();
  if (size === 0) return false;
  const { bytesRead, buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return bytesRead === 1 && buffer[0] !== 0x0a;
};

/**
 * Makes the function that appends labels to a file of JSON lines, one after another. Each label is on the disk before
 * it is confirmed. If the last line lacks its line break, the next label still starts a new line. If the disk is full,
 * no part of the label stays in the file. `headwater train` reads the columns `title` and `category`.
 *
 * Errors: `HW_WRITE` if the file cannot be written.
 *
 * @example
 * ```ts
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { labelFile } from 'headwater';
 * const keep = labelFile(join(tmpdir(), 'labels.jsonl'));
 * await keep({
 *   title: 'Ferry returns',
 *   category: 'World',
 *   labelled: '2024-05-01T10:00:00Z',
 *   predicted: 'Sports',
 *   model: '4f0c1d2e3a5b6978',
 * });
 * ```
 */
export const labelFile = (path: string): KeepLabel => {
  let last: Promise<void> = Promise.resolve();
  const append = async (line: string): Promise<void> => {
    try {
      const file = await open(path, 'a+');
      try {
        const { size } = await file.stat();
        try {
          await file.appendFile((await endsInLine(file)) ? `\n${line}` : line);
          await file.datasync();
        } catch (error) {
          // An incomplete line is removed, because readers would refuse it. A pipe cannot be truncated.
          await file.truncate(size).catch(() => undefined);
          throw error;
        }
      } finally {
        await file.close();
      }
    } catch (cause) {
      throw new HeadwaterError(
        'HW_WRITE',
        `The label could not be written to ${path} (${String(codeOf(cause) ?? cause)}). ` +
          'Check its folder and the room on the disk.',
        { cause, where: path },
      );
    }
  };
  return (label) => {
    const kept = last.then(() => append(`${JSON.stringify(label)}\n`));
    last = kept.catch(() => undefined);
    return kept;
  };
};
