import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { ZipFile } from 'yauzl';
import { Wheel } from '../../../src/provision/tensorflow/Wheel.js';
import { fakeWheel } from '../fakeWheel.js';

it.each([
  [
    'cannot be listed',
    (bytes: Buffer) =>
      bytes.fill(0, bytes.indexOf('PK\u0001\u0002', 0, 'latin1'), bytes.indexOf('PK\u0001\u0002', 0, 'latin1') + 1),
  ],
  [
    'has no list of its files',
    (bytes: Buffer) => Buffer.from(bytes.toString('latin1').replaceAll('/RECORD', '/RECORX'), 'latin1'),
  ],
])('a wheel that %s is closed again', async (_, damage) => {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-wheel-'));
  const close = vi.spyOn(ZipFile.prototype, 'close');
  onTestFinished(() => {
    close.mockRestore();
    rmSync(folder, { recursive: true, force: true });
  });
  const path = fakeWheel(join(folder, 'tensorflow_cpu-2.21.0.whl'));
  writeFileSync(path, damage(readFileSync(path)));
  await expect(Wheel.open(path)).rejects.toMatchObject({ code: 'HW_SETUP' });
  expect(close).toHaveBeenCalledOnce();
});
