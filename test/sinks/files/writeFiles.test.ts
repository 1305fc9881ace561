import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { isRight, left, right, type Either } from 'fp-ts/lib/Either.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HeadwaterError } from '../../../src/contracts/HeadwaterError.js';
import { writeFiles } from '../../../src/sinks/files/writeFiles.js';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headwater-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const files = (...entries: readonly (readonly [string, string])[]): ReadonlyMap<string, Uint8Array> =>
  new Map(entries.map(([name, text]) => [name, bytes(text)]));

const failure = (code: string): unknown => left(expect.objectContaining({ code }));

/** Everything in the folder: file names, hidden ones included, and what they hold. */
const contents = async (folder: string): Promise<Record<string, string>> => {
  const names = await readdir(folder, { withFileTypes: true });
  return Object.fromEntries(
    await Promise.all(
      names.map(
        async (entry) =>
          [entry.name, entry.isFile() ? await readFile(join(folder, entry.name), 'utf8') : 'no file'] as const,
      ),
    ),
  );
};

describe('writeFiles', () => {
  it('writes every file, makes the folder, and leaves nothing else', async () => {
    const folder = join(dir, 'a', 'b');
    expect(await writeFiles(folder, files(['config.json', '{}'], ['model.safetensors', 'weights']))()).toEqual(
      right(undefined),
    );
    expect(await contents(folder)).toEqual({ 'config.json': '{}', 'model.safetensors': 'weights' });
  });

  it('does nothing until it is run, and again each time', async () => {
    const task = writeFiles(dir, files(['a', '1']));
    expect(await contents(dir)).toEqual({});
    await task();
    await writeFile(join(dir, 'a'), 'changed');
    await task();
    expect(await contents(dir)).toEqual({ a: '1' });
  });

  it('replaces files of an earlier run and leaves others alone', async () => {
    await writeFile(join(dir, 'a'), 'old');
    await writeFile(join(dir, 'mine'), 'kept');
    await writeFiles(dir, files(['a', 'new'], ['b', 'new']))();
    expect(await contents(dir)).toEqual({ a: 'new', b: 'new', mine: 'kept' });
  });

  it('replaces a link, not what it points to', async () => {
    await writeFile(join(dir, 'elsewhere'), 'kept');
    await symlink(join(dir, 'elsewhere'), join(dir, 'a'));
    await writeFiles(dir, files(['a', 'new']))();
    expect(await contents(dir)).toEqual({ a: 'new', elsewhere: 'kept' });
  });

  it('writes the part of a larger buffer that it is given', async () => {
    const part = bytes('xxwordxx').subarray(2, 6);
    await writeFiles(dir, new Map([['a', part]]))();
    expect(await contents(dir)).toEqual({ a: 'word' });
  });

  it('writes nothing for an empty map but makes the folder', async () => {
    expect(await writeFiles(join(dir, 'new'), new Map())()).toEqual(right(undefined));
    expect(await contents(join(dir, 'new'))).toEqual({});
  });

  it.each(['', '.', '..', '../a', 'a/b', 'a\\b', 'a\0'])('refuses the name %j', async (name) => {
    expect(await writeFiles(dir, files(['ok', '1'], [name, '2']))()).toEqual(failure('HW_USAGE'));
    expect(await contents(dir)).toEqual({});
  });

  it('says HW_PATH where the folder is a file, or lies below one', async () => {
    await writeFile(join(dir, 'file'), 'kept');
    expect(await writeFiles(join(dir, 'file'), files(['a', '1']))()).toEqual(failure('HW_PATH'));
    expect(await writeFiles(join(dir, 'file', 'below'), files(['a', '1']))()).toEqual(failure('HW_PATH'));
    expect(await contents(dir)).toEqual({ file: 'kept' });
  });

  it.runIf(existsSync('/proc/self'))('gives up where a folder that is there refuses to hold another', async () => {
    expect(await writeFiles('/proc/headwater/artifacts', files(['a', 'x']))()).toEqual(failure('HW_WRITE'));
  });

  it('leaves the earlier set whole where a name is a folder', async () => {
    await writeFile(join(dir, 'a'), 'old');
    await mkdir(join(dir, 'b'));
    expect(await writeFiles(dir, files(['a', 'new'], ['b', 'new']))()).toEqual(failure('HW_PATH'));
    expect(await contents(dir)).toEqual({ a: 'old', b: 'no file' });
  });

  it('leaves the earlier set whole where the system refuses a name', async () => {
    await writeFile(join(dir, 'a'), 'old');
    expect(await writeFiles(dir, files(['a', 'new'], ['b'.repeat(300), 'new']))()).toEqual(failure('HW_WRITE'));
    expect(await contents(dir)).toEqual({ a: 'old' });
  });

  it('takes the next name where a killed process with the same id left a temporary', async () => {
    const left = Array.from({ length: 200 }, (_, i) => `.headwater-${process.pid}-${i}.tmp`);
    for (const name of left) await writeFile(join(dir, name), 'left');
    expect(await writeFiles(dir, files(['a', '1']))()).toEqual(right(undefined));
    const after = await contents(dir);
    expect(after['a']).toBe('1');
    expect(Object.keys(after).length).toBe(left.length + 1);
  });

  it('keeps every file whole where two writes overlap', async () => {
    const large = (letter: string): string => letter.repeat(200_000);
    const results: Either<HeadwaterError, void>[] = await Promise.all(
      ['x', 'y', 'z'].map((letter) => writeFiles(dir, files(['a', large(letter)], ['b', large(letter)]))()),
    );
    expect(results.every(isRight)).toBe(true);
    const after = await contents(dir);
    expect(Object.keys(after)).toEqual(['a', 'b']);
    for (const text of Object.values(after)) expect([large('x'), large('y'), large('z')]).toContain(text);
  });

  /** Runs `writeFiles` in a process of its own, and gives back how it failed. */
  const inProcess = async (folder: string, set: Record<string, string>, before: string): Promise<string> => {
    const code = `
      import { writeFiles } from ${JSON.stringify(pathToFileURL(resolve('src/sinks/files/writeFiles.ts')).href)};
      if (${JSON.stringify(before)} === 'powerless' && process.getuid() === 0) process.setuid(65534);
      const files = new Map(Object.entries(${JSON.stringify(set)}).map(([name, text]) => [name, new TextEncoder().encode(text)]));
      const result = await writeFiles(${JSON.stringify(folder)}, files)();
      console.log(result._tag === 'Left' ? result.left.code + ' ' + result.left.message : 'written');`;
    const limit = before === 'full' ? 'ulimit -f 8; ' : '';
    const { stdout } = await promisify(execFile)(
      'bash',
      ['-c', `${limit}exec "$0" --import tsx --input-type=module -e "$1"`, process.execPath, code],
      { env: { ...process.env, TSX_DISABLE_CACHE: '1' } },
    );
    return stdout.trim();
  };

  it('leaves the earlier set whole, and no temporary, where the disk takes only a part', async () => {
    await writeFile(join(dir, 'a'), 'old');
    // A limit on the size of files stands for a full disk: it holds for everybody, root included.
    expect(await inProcess(dir, { a: 'new', b: 'x'.repeat(20_000) }, 'full')).toMatch(
      /^HW_WRITE .*EFBIG.* Free some disk space, or choose another folder\.$/,
    );
    expect(await contents(dir)).toEqual({ a: 'old' });
  });

  it('says HW_WRITE where the folder may not be written to', async () => {
    const folder = join(dir, 'closed');
    await mkdir(folder);
    await writeFile(join(folder, 'a'), 'old');
    await chmod(dir, 0o755);
    await chmod(folder, 0o555);
    expect(await inProcess(folder, { a: 'new' }, 'powerless')).toMatch(
      /^HW_WRITE .*EACCES.* Choose a folder that you may write to\.$/,
    );
    expect(await inProcess(join(folder, 'below'), { a: 'new' }, 'powerless')).toMatch(/^HW_WRITE .*EACCES/);
    expect(await contents(folder)).toEqual({ a: 'old' });
    await chmod(folder, 0o755);
  });
});
