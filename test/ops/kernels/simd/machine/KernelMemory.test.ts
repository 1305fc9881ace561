import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KernelMemory } from '../../../../../src/ops/kernels/simd/machine/KernelMemory.js';

const MEBIBYTE = 2 ** 20;

describe('the memory of the kernels', () => {
  it('gives a block that was given back to the next of its size', () => {
    const memory = new KernelMemory();
    const [first] = [memory.allocate(1000), memory.allocate(1000)];
    memory.free(first);
    expect(memory.allocate(990)).toBe(first);
    expect(memory.bytesInUse).toBe(2048);
  });

  it('gives it to a smaller one of at least half its size before it grows, and goes on to know how large it is', () => {
    const memory = new KernelMemory();
    const block = memory.allocate(1000);
    memory.free(block);
    expect(memory.allocate(300)).not.toBe(block);
    expect(memory.allocate(500)).toBe(block);
    expect(memory.bytesInUse).toBe(384 + 1024);
    memory.free(block);
    expect(memory.allocate(1024)).toBe(block);
  });

  it('is not full while what is free, joined, would do: sizes that grow, as of one model after another', () => {
    const memory = new KernelMemory();
    for (let size = 4 * MEBIBYTE; size < 3000 * MEBIBYTE; size = Math.ceil(size * 1.12))
      memory.free(memory.allocate(size));
    expect(memory.bytesInUse).toBe(0);
  });

  it('joins free blocks between others that are in use, and leaves the rest of them free', () => {
    const memory = new KernelMemory();
    const blocks = Array.from({ length: 15 }, () => memory.allocate(256 * MEBIBYTE));
    for (const at of [9, 3, 5, 4]) memory.free(blocks[at]!);
    expect(memory.allocate(512 * MEBIBYTE)).toBe(blocks[3]);
    expect(memory.allocate(256 * MEBIBYTE)).toBe(blocks[5]);
    expect(memory.allocate(256 * MEBIBYTE)).toBe(blocks[9]);
    expect(() => memory.allocate(256 * MEBIBYTE)).toThrow(expect.objectContaining({ code: 'HW_BACKEND' }));
    expect(() => memory.allocate(256 * MEBIBYTE)).toThrow(
      /full: of 38\d\d MiB held, 3840 MiB are in use, and another 256 MiB cannot be allocated in one piece\./,
    );
  });

  it('never gives out the same byte twice, and gives out all of it when all was given back', () => {
    const first = new KernelMemory().allocate(1);
    const step = fc.record({ megabytes: fc.integer({ min: 1, max: 700 }), give: fc.nat() });
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 60 }), (steps) => {
        const memory = new KernelMemory();
        const held: { readonly at: number; readonly end: number }[] = [];
        for (const { megabytes, give } of steps) {
          try {
            const at = memory.allocate(megabytes * MEBIBYTE);
            const end = at + megabytes * MEBIBYTE;
            expect(held.some((other) => at < other.end && other.at < end)).toBe(false);
            expect(end).toBeLessThanOrEqual(memory.memory.buffer.byteLength);
            held.push({ at, end });
          } catch (error) {
            expect(error).toMatchObject({ code: 'HW_BACKEND' });
          }
          if (give % 3 !== 0 || held.length > 8) memory.free(held.splice(give % held.length, 1)[0]?.at ?? 0);
        }
        for (const { at } of held) memory.free(at);
        expect(memory.bytesInUse).toBe(0);
        expect(memory.allocate(3584 * MEBIBYTE)).toBe(first);
      }),
      { seed: 7, numRuns: 40 },
    );
  });
});
