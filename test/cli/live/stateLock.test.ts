import { mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { spawn } from 'node:child_process';
import { firstValueFrom } from 'rxjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { stateLock } from '../../../src/cli/live/stateLock.js';
import type { HeadwaterError } from '../../../src/contracts/HeadwaterError.js';
import { ownMark } from '../../../src/provision/host/processMark.js';
import { workFolder } from '../headwater.js';

/** Far ahead and far behind, as the clock of another machine may be. */
const TIMES_OF_A_LOCK = ['2001-01-01T00:00:00Z', '2099-01-01T00:00:00Z'].map((text) => new Date(text));

const stateFolder = (): { readonly folder: string; readonly path: string } => {
  const folder = join(workFolder(), 'state');
  mkdirSync(folder);
  return { folder, path: join(folder, 'lock') };
};

/** Takes the lock. What other machines do lasts `patience` milliseconds. */
const take = (folder: string, { patience = 40, beat = 10_000 } = {}) => {
  let said = '';
  const failures: HeadwaterError[] = [];
  const stderr = new PassThrough().on('data', (text: Buffer) => (said += text.toString()));
  const taken = firstValueFrom(
    stateLock(folder, { stderr, failed: { next: (error) => failures.push(error) }, times: { beat, patience } }),
  ).then((release) => {
    onTestFinished(release);
    return release;
  });
  return { taken, failures, said: () => said };
};

describe('the lock of a folder of state', () => {
  it.skipIf(process.platform !== 'linux').each(TIMES_OF_A_LOCK)(
    'is that of a process that runs, though its file is of %s',
    async (time) => {
      const { folder, path } = stateFolder();
      const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)']);
      onTestFinished(() => void child.kill('SIGKILL'));
      const [, host, place] = ownMark().split(' ');
      const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8');
      const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
      writeFileSync(path, [child.pid, host, place, started].join(' '));
      utimesSync(path, time, time);
      await expect(take(folder).taken).rejects.toMatchObject({ code: 'HW_USAGE' });
      // Another process that was given its id later.
      writeFileSync(path, [child.pid, host, place, Number(started) - 1].join(' '));
      const release = await take(folder).taken;
      release();
      // A lock of a version that did not write when the process started.
      writeFileSync(path, [child.pid, host].join(' '));
      await expect(take(folder).taken).rejects.toMatchObject({ code: 'HW_USAGE' });
    },
  );

  it.each(TIMES_OF_A_LOCK)('of another machine, of %s, is taken if its owner does not touch it', async (time) => {
    const { folder, path } = stateFolder();
    writeFileSync(path, '17 elsewhere boot/1 100');
    utimesSync(path, time, time);
    const { taken, said } = take(folder);
    const release = await taken;
    expect(readFileSync(path, 'utf8')).toBe(ownMark());
    expect(said()).toMatch(/locked by process 17 on elsewhere; waiting/);
    release();
  });

  it.each(TIMES_OF_A_LOCK)('of another machine is kept by its owner, who writes that it is %s', async (time) => {
    const { folder, path } = stateFolder();
    writeFileSync(path, '17 elsewhere boot/1 100');
    const { taken } = take(folder);
    utimesSync(path, time, time);
    await expect(taken).rejects.toMatchObject({
      code: 'HW_USAGE',
      message: expect.stringContaining('process 17 on elsewhere') as string,
    });
    expect(readFileSync(path, 'utf8')).toContain('elsewhere');
  });

  it('tells a process that was suspended for long that another has taken it, and stays that of the other', async () => {
    const { folder, path } = stateFolder();
    const { taken, failures } = take(folder, { beat: 5 });
    const release = await taken;
    writeFileSync(path, '17 elsewhere boot/1 100');
    await expect.poll(() => failures).toMatchObject([{ code: 'HW_USAGE' }]);
    release();
    expect(readFileSync(path, 'utf8')).toContain('elsewhere');
  });

  it('that leads nowhere is an error', async () => {
    const { folder, path } = stateFolder();
    symlinkSync(join(folder, 'nothing'), path);
    await expect(take(folder).taken).rejects.toMatchObject({ code: 'HW_WRITE' });
  });
});
