import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { type SelfSigned, selfSigned } from './selfSigned.js';

const COMMAND = join(import.meta.dirname, '../../dist/cli/main.js');

/** Runs the command to its end. */
export const runHeadwater = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  new Promise<{ readonly status: unknown; readonly stderr: string }>((resolve) => {
    const options = { env: { ...process.env, ...env, NO_COLOR: '1' }, timeout: 240_000 };
    execFile(process.execPath, [COMMAND, ...args], options, (error, _, stderr) =>
      resolve({ status: error === null ? 0 : error.code, stderr }),
    );
  });

/** A folder for the files that a log-in needs. */
export interface LoginFolder extends SelfSigned {
  readonly folder: string;
  /** Writes a file of client options, and gives the option that names it. */
  readonly options: (name: string, content: object) => readonly string[];
}

/** Makes a folder with a certificate, which is removed after the tests of a file. */
export const loginFolder = (): LoginFolder => {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-login-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return {
    ...selfSigned(folder),
    folder,
    options: (name, content) => {
      const path = join(folder, name);
      writeFileSync(path, JSON.stringify(content));
      return ['--broker-options', path];
    },
  };
};
