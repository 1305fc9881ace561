import { open } from 'node:fs/promises';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { Label } from '../../server/generations/Label.js';

/**
 * Removes a label from a file of `labelFile`: the last line.
 *
 * @throws HeadwaterError `HW_WRITE` if the last line is another one, because another program has written to the file,
 *   or if the file cannot be written
 */
export const takeBackLabel = async (path: string, label: Label): Promise<void> => {
  const line = Buffer.from(`${JSON.stringify(label)}\n`);
  try {
    const file = await open(path, 'r+');
    try {
      const { size } = await file.stat();
      const start = size - line.length;
      const { buffer } = await file.read(Buffer.alloc(line.length), 0, line.length, Math.max(0, start));
      if (start < 0 || !buffer.equals(line))
        throw new HeadwaterError(
          'HW_WRITE',
          `The label of ${JSON.stringify(label.title.slice(0, 80))} is no longer the last line of ` +
            `${path}: another program has written to the file. Delete the line by hand.`,
          { where: path },
        );
      await file.truncate(start);
      await file.datasync();
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof HeadwaterError) throw cause;
    throw new HeadwaterError('HW_WRITE', `The label could not be taken out of ${path}. Check the file.`, {
      cause,
      where: path,
    });
  }
};
