import { describe, expect, it } from 'vitest';
import { philox4x32 } from '../../src/ops/internal/philox4x32.js';

const words = (...at: [number, number, number, number, number, number]): readonly string[] => {
  const out = new Uint32Array(4);
  philox4x32(out, 0, ...at);
  return Array.from(out, (word) => word.toString(16).padStart(8, '0'));
};

describe('philox4x32', () => {
  it("gives the known answers of the authors' test vectors", () => {
    expect(words(0, 0, 0, 0, 0, 0)).toEqual(['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8']);
    const ones = 0xffffffff;
    expect(words(ones, ones, ones, ones, ones, ones)).toEqual(['408f276d', '41c83b0e', 'a20bc7c6', '6d5451fd']);
    expect(words(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0)).toEqual([
      'd16cfe09',
      '94fdcceb',
      '5001e420',
      '24126ea1',
    ]);
  });

  it('writes at the offset alone', () => {
    const out = new Uint32Array(6);
    philox4x32(out, 1, 0, 0, 0, 0, 0, 0);
    expect(Array.from(out)).toEqual([0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8, 0]);
  });
});
