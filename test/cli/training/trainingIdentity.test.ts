import { describe, expect, it } from 'vitest';
import { checkIdentity, type TrainingIdentity } from '../../../src/cli/checkpoints/trainingIdentity.js';

const identity: TrainingIdentity = {
  version: '1.0.0',
  backend: 'headwater',
  kernels: 'relaxed',
  options: {},
  data: 'a',
};

/** Continues from a checkpoint of a training that was different. */
const goOn = (then: Partial<TrainingIdentity>): void =>
  checkIdentity({ path: 'checkpoint-1', about: { ...identity, ...then, log: null } }, identity);

describe('a checkpoint of another training', () => {
  it.each([
    [{ version: '0.9.0' }, 'the version of Headwater was "0.9.0", and is now "1.0.0"'],
    [{ backend: 'cpu' }, 'the backend (--backend) was "cpu", and is now "headwater"'],
    [{ kernels: 'simd' }, 'the variant of the kernels was "simd", and is now "relaxed"'],
    [{ data: 'b' }, 'the SHA-256 of the data (--data) was "b", and is now "a"'],
    [{ options: { textColumn: 'x' } }, '--text-column was "x", and is now not given'],
  ])('is refused with the name of what differs: %o', (then, told) => {
    expect(() => goOn(then)).toThrow(
      expect.objectContaining({ code: 'HW_USAGE', message: expect.stringContaining(told) as string }),
    );
  });

  // Node 24 computes with wide kernels, and Node 20 with relaxed ones.
  it('is not refused where only the layout of the kernels differs, which gives the same bits', () => {
    expect(() => goOn({ kernels: 'wide' })).not.toThrow();
    expect(() => goOn({})).not.toThrow();
  });
});
