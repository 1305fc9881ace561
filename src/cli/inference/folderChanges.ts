import { lstat, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  concatMap,
  connect,
  distinctUntilChanged,
  filter,
  map,
  merge,
  type MonoTypeOperatorFunction,
  type Observable,
  pairwise,
  skip,
  take,
  timer,
} from 'rxjs';
import { CURRENT, GENERATIONS, MANIFEST_FILE } from '../../contracts/models/Manifest.js';
import { ARTIFACT_FILES } from '../../models/artifacts/Artifacts.js';
import { readCurrent } from '../../sinks/files/internal/currentGeneration.js';

/** The interval between two checks of a folder. Milliseconds. */
const LOOK_MS = 2000;

const FILES: readonly string[] = [MANIFEST_FILE, ...Object.values(ARTIFACT_FILES)];

/** A value that changes when a file is replaced or written. */
const signOf = async (path: string, look: typeof stat): Promise<string> => {
  try {
    // The time of the last change also shows a write whose modification time was set back, as by `cp -p`.
    const { ino, size, mtimeMs, ctimeMs } = await look(path);
    return `${ino} ${size} ${mtimeMs} ${ctimeMs}`;
  } catch {
    return '';
  }
};

/**
 * A value that changes when a file of the model in a folder is written, replaced or removed, or when the link `current`
 * is replaced. Other files in the folder do not change it.
 */
export const modelSign = async (directory: string): Promise<string> => {
  const current = await readCurrent(directory).catch(() => undefined);
  const id = current?.kind === 'id' ? current.id : undefined;
  const folders = [
    directory,
    join(directory, CURRENT),
    ...(id === undefined ? [] : [join(directory, GENERATIONS, id)]),
  ];
  const signs = await Promise.all([
    signOf(join(directory, CURRENT), lstat),
    ...folders.flatMap((folder) => FILES.map((name) => signOf(join(folder, name), stat))),
  ]);
  return `${id ?? ''}\n${signs.join('\n')}`;
};

/**
 * Emits a new value when two looks in a row have found it. The first look only shows where it begins.
 *
 * ```
 * looks:   a-a-b-c-d-d-d-e-e
 *              settled()
 * result:  ----------d-----e
 * ```
 */
export const settled = (): MonoTypeOperatorFunction<string> =>
  connect((look$) =>
    merge(
      look$.pipe(take(1)),
      look$.pipe(
        pairwise(),
        filter(([before, now]) => before === now),
        map(([, now]) => now),
      ),
    ).pipe(distinctUntilChanged(), skip(1)),
  );

/**
 * Emits when a model was saved or copied into a folder. It polls every two seconds, because file system notifications
 * do not work on some network and container mounts.
 *
 * A copy that takes longer may be incomplete when it pauses. It emits again when the copy has continued, so a model
 * that could not be loaded in the meantime is loaded then.
 */
export const folderChanges = (directory: string): Observable<unknown> =>
  timer(0, LOOK_MS).pipe(
    concatMap(() => modelSign(directory)),
    settled(),
  );
