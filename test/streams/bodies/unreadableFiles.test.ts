import { describe, expect, it, vi } from 'vitest';
import { readTable } from '../collect.js';
import { fileOf } from '../scratch.js';

const failing = vi.hoisted(() => ({ code: undefined as string | undefined }));

vi.mock(import('node:fs/promises'), async (original) => {
  const real = await original();
  const open: typeof real.open = (...args) =>
    failing.code === undefined ? real.open(...args) : Promise.reject(Object.assign(new Error('failed'), failing));
  return { ...real, open };
});

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
  });
});
