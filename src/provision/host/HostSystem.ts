import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { runCommand, type RunCommand } from './runCommand.js';

/** What a set-up asks of the machine that it runs on. A test hands in its own. */
export interface HostSystem {
  readonly platform: string;
  readonly arch: string;
  /** The version of the GNU C library; undefined where the system has another one. */
  readonly glibc: string | undefined;
  readonly run: RunCommand;
  /** The bytes that are free where a folder is, or will be. */
  readonly free: (folder: string) => Promise<number>;
}

/** The version of the GNU C library that Node runs on; undefined where it is another one. */
export const glibcVersion = (): string | undefined => {
  const report = process.report.getReport() as { readonly header?: { readonly glibcVersionRuntime?: string } };
  return report.header?.glibcVersionRuntime;
};

/** The bytes that are free where a folder is, or will be. */
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
