import { mkdirSync, mkdtempSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolders, makeFoldersSync } from '../../src/contracts/runtime/makeFolders.js';

const both = [
  ['makeFolders', makeFolders],
  ['makeFoldersSync', (dir: string) => Promise.resolve().then(() => makeFoldersSync(dir))],
] as const;

describe.each(both)('%s', (_name, make) => {
  const scratch = (): string => mkdtempSync(join(tmpdir(), 'headwater-'));

  it('creates a folder and its parents, and returns the first that was missing', async () => {
    const dir = scratch();
    expect(await make(join(dir, 'a', 'b', 'c'))).toBe(join(dir, 'a'));
    expect(statSync(join(dir, 'a', 'b', 'c')).isDirectory()).toBe(true);
    expect(await make(join(dir, 'a', 'b', 'd'))).toBe(join(dir, 'a', 'b', 'd'));
    expect(await make(join(dir, 'a', 'b'))).toBeUndefined();
    expect(await make('/')).toBeUndefined();
  });

  it('is done by several at once', async () => {
    const dir = join(scratch(), 'a', 'b', 'c');
    const made = await Promise.all(Array.from({ length: 5 }, () => make(dir)));
    expect(made.filter((first) => first !== undefined).length).toBeGreaterThan(0);
    expect(statSync(dir).isDirectory()).toBe(true);
  });

  it('fails with the error of the system, and does not hang', { timeout: 30_000 }, async () => {
    const dir = scratch();
    writeFileSync(join(dir, 'file'), '');
    symlinkSync('nowhere', join(dir, 'link'));
    mkdirSync(join(dir, 'target'));
    symlinkSync('target', join(dir, 'folder'));
    await expect(make(join(dir, 'file'))).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(make(join(dir, 'file', 'below', 'it'))).rejects.toMatchObject({ code: 'ENOTDIR' });
    await expect(make(join(dir, 'link', 'below'))).rejects.toMatchObject({ code: 'EEXIST' });
    expect(await make(join(dir, 'folder', 'below'))).toBe(join(dir, 'folder', 'below'));
    if (process.platform === 'linux') await expect(make('/proc/a/b')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
