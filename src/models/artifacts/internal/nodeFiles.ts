import type * as fsPromises from 'node:fs/promises';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { nodeModule } from '../../../contracts/runtime/nodeModule.js';

/** Node's file functions; left with `HW_PATH` in a browser, which has no paths. */
export const nodeFiles = (where: string): TE.TaskEither<HeadwaterError, typeof fsPromises> =>
  TE.fromNullable(
    new HeadwaterError(
      'HW_PATH',
      `${where} cannot be read: there are no directories in a browser. Fetch the files, and give their bytes by name.`,
      { where },
    ),
  )(nodeModule('node:fs/promises'));
