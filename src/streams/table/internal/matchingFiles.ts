import { lstat, readdir, realpath, stat } from 'node:fs';
import { realpath as realPathOf } from 'node:fs/promises';
import { isAbsent } from '../../../contracts/isAbsent.js';
import { messageOf } from '../../../contracts/messageOf.js';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';

type Callback = (error: unknown, result?: unknown) => void;

/** Replaces the errors of a function of `node:fs`, which the search ignores. Its last argument is its callback. */
const orElse = <Call extends (...args: never[]) => void>(
  call: Call,
  failed: (error: unknown, path: string, callback: Callback) => void,
): Call =>
  new Proxy(call, {
    apply: (target, self, args: readonly unknown[]): unknown => {
      const callback = args.at(-1) as Callback;
      return Reflect.apply(target, self, [
        ...args.slice(0, -1),
        (error: unknown, result: unknown): void =>
          error === null ? callback(null, result) : failed(error, String(args[0]), callback),
      ]);
    },
  });

/**
 * The files that match a pattern, sorted by path. Links are followed. If several paths lead to a file, as with links in
 * a circle, the shortest one is used.
 *
 * A link that leads to no file is among them if it matches, so that opening it says so.
 *
 * @throws HeadwaterError `HW_PATH` if no file matches, or a folder that may have such files cannot be read
 */
export const matchingFiles = async (pattern: string): Promise<readonly string[]> => {
  const { glob } = await import('tinyglobby');
  const unread: { readonly path: string; readonly error: unknown }[] = [];
  const paths = await glob(pattern, {
    expandDirectories: false,
    dot: false,
    fs: {
      readdir: orElse(readdir, (error, path, callback) => {
        // A folder that is not there has no files.
        if (!isAbsent(error)) unread.push({ path, error });
        callback(error);
      }),
      // A link that leads nowhere is taken for a file.
      realpath: orElse(realpath, (_error, path, callback) => callback(null, path)),
      stat: orElse(stat, (_error, path, callback) => lstat(path, callback)),
    },
  });
  const [first] = unread;
  if (first !== undefined)
    throw new HeadwaterError(
      'HW_PATH',
      `Cannot read the folder ${first.path} (${messageOf(first.error)}), and files in it may match ${pattern}. ` +
        'Allow to read it, or give a pattern that leaves it out.',
      { where: first.path, cause: first.error },
    );
  const found = new Map<string, string>();
  for (const path of paths.toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1))) {
    const file = await realPathOf(path).catch(() => path);
    if (!found.has(file)) found.set(file, path);
  }
  if (found.size === 0)
    throw new HeadwaterError('HW_PATH', `No file matches ${pattern}. Check the pattern, and the current folder.`, {
      where: pattern,
    });
  return [...found.values()].toSorted();
};
