import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Where the tests keep an nginx of their own. */
const FOLDER = resolve(import.meta.dirname, '../../.headwater/nginx');

const works = (program: string): boolean => spawnSync(program, ['-v']).status === 0;

/**
 * An nginx that runs on this machine: the one that is installed, or Debian's, unpacked in a folder of the tests;
 * undefined where neither can be had.
 */
export const nginxBinary = (): string | undefined => {
  if (works('nginx')) return 'nginx';
  const unpacked = join(FOLDER, 'root/usr/sbin/nginx');
  if (!existsSync(unpacked)) {
    mkdirSync(FOLDER, { recursive: true });
    spawnSync('apt-get', ['download', 'nginx'], { cwd: FOLDER, timeout: 30_000 });
    const archive = readdirSync(FOLDER).find((name) => name.endsWith('.deb'));
    if (archive !== undefined) spawnSync('dpkg', ['-x', archive, 'root'], { cwd: FOLDER });
  }
  return works(unpacked) ? unpacked : undefined;
};
