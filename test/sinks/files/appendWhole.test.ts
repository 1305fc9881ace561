import { fstatSync, ftruncateSync, writeSync } from 'node:fs';
import { afterEach, expect, it, vi } from 'vitest';
import { appendWhole } from '../../../src/sinks/files/internal/appendWhole.js';

vi.mock('node:fs', () => ({
  writeSync: vi.fn(),
  fstatSync: vi.fn(() => ({ size: 103 })),
  ftruncateSync: vi.fn(),
}));

afterEach(() => vi.clearAllMocks());

it('writes the rest after a write that took a part', () => {
  vi.mocked(writeSync).mockReturnValueOnce(3).mockReturnValueOnce(2);
  const bytes = Uint8Array.of(1, 2, 3, 4, 5);
  appendWhole(7, bytes);
  expect(vi.mocked(writeSync).mock.calls).toEqual([
    [7, bytes, 0],
    [7, bytes, 3],
  ]);
});

it('leaves nothing of what did not fit as a whole', () => {
  vi.mocked(writeSync)
    .mockReturnValueOnce(3)
    .mockImplementationOnce(() => {
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    });
  expect(() => appendWhole(7, Uint8Array.of(1, 2, 3, 4, 5))).toThrow('ENOSPC');
  expect(ftruncateSync).toHaveBeenCalledWith(7, 100);
  expect(fstatSync).toHaveBeenCalledTimes(1);
});
