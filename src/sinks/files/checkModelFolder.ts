import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { tryCatch, type TaskEither } from 'fp-ts/lib/TaskEither.js';
import { GENERATIONS } from '../../contracts/models/Manifest.js';
import { foreign, readCurrent } from './internal/currentGeneration.js';

/**
 * Checks whether a folder can hold a model: nothing else in it may have the names that the generations of a model need.
 * So it is refused before a training and not after it.
 *
 * @param dir the folder; it need not exist yet
 * @returns left with `HW_PATH` if something else has such a name
 */
export const checkModelFolder = (dir: string): TaskEither<unknown, void> =>
  tryCatch(
    async () => {
      await readCurrent(dir);
      const path = join(dir, GENERATIONS);
      const there = await stat(path).catch(() => undefined);
      if (there !== undefined && !there.isDirectory()) throw foreign(path);
    },
    (error) => error,
  );
