import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runCommand } from '../../../src/provision/host/runCommand.js';
import { tryBinding } from '../../../src/provision/tensorflow/tryBinding.js';

/** Tries a set-up with a program of the test's own, in a process of its own. */
const trying = (program: string): Promise<unknown> => {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-trial-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'trial.cjs'), program);
  return tryBinding(folder, join(folder, 'trial.cjs'), {
    run: runCommand,
    signal: new AbortController().signal,
    progress: () => undefined,
  });
};

/** Ended by a signal, as by the library: it waits for it, should it not come at once. */
const killedBy = (signal: string): string =>
  `process.kill(process.pid, '${signal}'); setInterval(() => undefined, 1000);`;

describe('a trial', () => {
  it('tells what it found', async () => {
    await expect(trying(`console.log('{"libtensorflow":"2.21.0","device":"cpu"}')`)).resolves.toEqual({
      libtensorflow: '2.21.0',
      device: 'cpu',
    });
  });

  it.each([
    [
      'an instruction that the processor does not have',
      killedBy('SIGILL'),
      /: the processor lacks instructions that it uses\. Use --backend headwater\.$/,
    ],
    [
      'another signal',
      killedBy('SIGKILL'),
      /: it ends the process that loads it \(SIGKILL\)\. Run headwater setup tensorflow again/,
    ],
    ['a status of its own', 'process.exit(3)', /: it ends the process that loads it \(status 3\)\. /],
  ])('that ends by %s says so, with what to do', async (_, program, message) => {
    await expect(trying(program)).rejects.toMatchObject({
      code: 'HW_SETUP',
      message: expect.stringMatching(message) as string,
    });
  });
});
