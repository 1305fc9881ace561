import { describe, expect, it, vi } from 'vitest';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fetchTable } from '../../../src/streams/fetchTable.js';
import { collect, readTable } from '../collect.js';
import { fileOf, scratch } from '../scratch.js';

const failing = vi.hoisted(() => ({ code: undefined as string | undefined }));

vi.mock(import('node:fs/promises'), async (original) => {
  const real = await original();
  const open: typeof real.open = (...args) =>
    failing.code === undefined ? real.open(...args) : Promise.reject(Object.assign(new Error('failed'), failing));
  const readdir = ((...args: Parameters<typeof real.readdir>) =>
    failing.code === undefined
      ? real.readdir(...args)
      : Promise.reject(Object.assign(new Error('failed'), failing))) as typeof real.readdir;
  return { ...real, open, readdir };
});

/** A folder of texts, with this further file. */
const textsWith = (name: string | Buffer): string => {
  const folder = scratch();
  for (const label of ['neg', 'pos']) {
    mkdirSync(join(folder, label));
    writeFileSync(join(folder, label, '1.txt'), label);
  }
  writeFileSync(Buffer.concat([Buffer.from(join(folder, 'pos', '/')), Buffer.from(name)]), 'more');
  return folder;
};

describe('a file that cannot be opened', () => {
  it.each([
    ['EMFILE', 'ulimit -n'],
    ['ENFILE', 'may open no more files'],
    ['EIO', 'The disk or the network'],
    ['ESTALE', 'mount it again'],
    ['EACCES', 'Give the path of a file that can be read'],
  ])('is told with what helps: %s', async (code, remedy) => {
    failing.code = code;
    const path = fileOf('title\nx\n');
    const { code: told, message } = await readTable(path);
    expect(told).toBe('HW_PATH');
    expect(message).toContain(path);
    expect(message).toContain(remedy);
    expect((await collect(fetchTable(textsWith('2.txt')))).error).toMatchObject({
      code: 'HW_PATH',
      message: expect.stringContaining(remedy) as string,
    });
  });

  // Other systems refuse such names.
  it.skipIf(process.platform !== 'linux')('is told with what helps: a name that is not UTF-8', async () => {
    failing.code = undefined;
    const folder = textsWith(Buffer.from('caf\xe9.txt', 'latin1'));
    for (const source of [folder, join(folder, 'pos', 'c*.txt')])
      expect((await collect(fetchTable(source))).error).toMatchObject({
        code: 'HW_PATH',
        message: expect.stringContaining('Its name is not UTF-8') as string,
      });
  });
});
