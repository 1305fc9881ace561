import { join } from 'node:path';
import { expect, it, vi } from 'vitest';

vi.mock(import('node:os'), async (original) => ({
  ...(await original()),
  // What Node does if there is neither HOME nor an account.
  homedir: () => {
    throw Object.assign(new Error('uv_os_homedir returned ENOENT'), { code: 'ERR_SYSTEM_ERROR' });
  },
}));

it('is / for a user without one, so that every command starts', async () => {
  const { cacheFolder } = await import('../../../src/provision/files/cacheFolder.js');
  expect(cacheFolder({})).toBe(join('/', '.cache', 'headwater'));
  await expect(import('../../../src/cli/backends/webgpuParts.js')).resolves.toBeDefined();
});
