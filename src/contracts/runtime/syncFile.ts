import { fsyncSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { codeOf } from '../codeOf.js';

/** The errors of file systems that cannot sync any file, as some of networks and of user space. */
const WITHOUT_SYNC: ReadonlySet<unknown> = new Set(['EINVAL', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP']);

/** Writes a file to the disk, where its file system can. There, what has been written survives a power failure. */
export const syncFile = async (file: Pick<FileHandle, 'sync'>): Promise<void> => {
  try {
    await file.sync();
  } catch (error) {
    if (!WITHOUT_SYNC.has(codeOf(error))) throw error;
  }
};

/** Does the same at once. */
export const syncFileNow = (file: number, sync: (file: number) => void = fsyncSync): void => {
  try {
    sync(file);
  } catch (error) {
    if (!WITHOUT_SYNC.has(codeOf(error))) throw error;
  }
};
