import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { runCommand, type RunCommand } from './runCommand.js';

/** The functions and values of the machine that a set-up uses. Tests replace them. */
export interface HostSystem {
  readonly platform: string;
  readonly arch: string;
  /** The version of the GNU C library; undefined if the system uses another C library. */
  readonly glibc: string | undefined;
  readonly run: RunCommand;
  /** The free bytes on the disk of a folder, which need not exist yet. */
  readonly free: (folder: string) => Promise<number>;
}

/** The version of the GNU C library that Node runs on; undefined if it is another C library. */
export const glibcVersion = (): string | undefined => {
  const report = process.report.getReport() as { readonly header?: { readonly glibcVersionRuntime?: string } };
  return report.header?.glibcVersionRuntime;
};

/** The free bytes on the disk of a folder, which need not exist yet. */
export const freeBytes = async (folder: string): Promise<number> => {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch (error) {
    if (dirname(folder) === folder) throw error;
    return freeBytes(dirname(folder));
  }
};

/** The machine that this process runs on. */
export const thisSystem = (): HostSystem => ({
  platform: process.platform,
  arch: process.arch,
  glibc: glibcVersion(),
  run: runCommand,
  free: freeBytes,
});
