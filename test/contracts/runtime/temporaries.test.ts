import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { clearLeftBehind, temporaryName } from '../../../src/contracts/runtime/temporaries.js';

it('keeps the temporary files of this process, whatever their time is, and removes those of a killed one', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'headwater-temporaries-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  const [first, second] = [temporaryName(), temporaryName()];
  // The same host and process id, but another process, as in a container that was started again.
  const earlier = first.replace(/[0-9]+\.tmp$/, '1.tmp');
  for (const name of [first, second, earlier]) {
    await writeFile(join(dir, name), '');
    // A file system that rounds times, or a file server whose clock is behind.
    await utimes(join(dir, name), 0, 0);
  }
  expect(await clearLeftBehind(dir)).toBe(1);
  expect((await readdir(dir)).toSorted()).toEqual([first, second].toSorted());
});
