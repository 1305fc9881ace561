import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { concat, lastValueFrom, NEVER, of, range, throwError } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { artifactFiles, type Files } from '../../../src/sinks/files/artifactFiles.js';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headwater-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const text = (value: number): Files =>
  new Map([
    ['latest.txt', new TextEncoder().encode(`epoch ${value}`)],
    ['model.bin', new Uint8Array(1000).fill(value)],
  ]);

describe('artifactFiles', () => {
  it('ends with the newest files in the folder', async () => {
    await lastValueFrom(range(1, 50).pipe(artifactFiles(dir, text)), { defaultValue: undefined });
    expect(await readFile(join(dir, 'latest.txt'), 'utf8')).toBe('epoch 50');
    expect(new Uint8Array(await readFile(join(dir, 'model.bin')))).toEqual(new Uint8Array(1000).fill(50));
    expect(await readdir(dir)).toEqual(['latest.txt', 'model.bin']);
  });

  it('has written the files of before an error when it passes the error on', async () => {
    const failure = new Error('diverged');
    await expect(
      lastValueFrom(
        concat(
          of(1, 2),
          throwError(() => failure),
        ).pipe(artifactFiles(dir, text)),
      ),
    ).rejects.toBe(failure);
    expect(await readFile(join(dir, 'latest.txt'), 'utf8')).toBe('epoch 2');
  });

  it('fails with the error of writeFiles', async () => {
    await writeFile(join(dir, 'file'), '');
    await expect(
      lastValueFrom(concat(of(1), NEVER).pipe(artifactFiles(join(dir, 'file'), text))),
    ).rejects.toMatchObject({ code: 'HW_PATH' });
  });
});
