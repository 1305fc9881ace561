import { join } from 'node:path';
import type { Observable } from 'rxjs';
import { heldLock, type LockOptions } from '../outputs/heldLock.js';

/**
 * Locks a folder of state for this process. If two processes wrote to it, each would lose what the other has seen.
 *
 * @returns emits a function that releases the folder
 * @throws HeadwaterError `HW_USAGE` if another process holds it, `HW_WRITE` if it cannot be written
 */
export const stateLock = (folder: string, options: LockOptions): Observable<() => void> =>
  heldLock(
    {
      path: join(folder, 'lock'),
      use: `keeps its state in ${folder}`,
      needs: 'folder',
      option: '--state',
      where: folder,
    },
    options,
  );
