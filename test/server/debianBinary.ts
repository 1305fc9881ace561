import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Where the tests keep programs of their own. */
const FOLDER = resolve(import.meta.dirname, '../../.headwater');

/**
 * A program that runs on this machine: the one that is installed, or Debian's, unpacked in a folder of the tests;
 * undefined where neither can be had.
 *
 * @param name what it is called
 * @param path where its package has it
 * @param asked the arguments that it answers at once with status 0
 * @param from the package
 */
export const debianBinary = (
  name: string,
  path: string,
  asked: readonly string[],
  from: string = name,
): string | undefined => {
  const works = (program: string): boolean => spawnSync(program, asked).status === 0;
  if (works(name)) return name;
  const folder = join(FOLDER, from);
  const unpacked = join(folder, 'root', path);
  if (!existsSync(unpacked)) {
    mkdirSync(folder, { recursive: true });
    spawnSync('apt-get', ['download', from], { cwd: folder, timeout: 30_000 });
    const archive = readdirSync(folder).find((file) => file.endsWith('.deb'));
    if (archive !== undefined) spawnSync('dpkg', ['-x', archive, 'root'], { cwd: folder });
  }
  return works(unpacked) ? unpacked : undefined;
};
