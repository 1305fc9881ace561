import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HeadwaterError } from '../../../src/contracts/HeadwaterError.js';
import { announcedBytes, HEADER_BYTES, parseVectorFile } from '../../../src/text/vectors/vectorFile.js';
import type { WordVectors } from '../../../src/text/vectors/WordVectors.js';
import { fileOf, sha256Of, vectorsOf } from './make.js';

const read = (bytes: Uint8Array | ArrayBuffer): WordVectors => {
  const parsed = parseVectorFile(bytes);
  if (parsed._tag === 'Left') throw parsed.left;
  return parsed.right;
};

const refusal = (bytes: Uint8Array, sha256?: string): HeadwaterError => {
  const parsed = parseVectorFile(bytes, { where: 'words.hwv', sha256 });
  if (parsed._tag === 'Right') throw new Error('it was read');
  return parsed.left;
};

const WORDS = { ferry: [1, -0.5, 0.25], Zürich: [0, 0, 0], 台风: [3, 2, 1], ['__proto__']: [-1e-9, 1e-9, 0] };

describe('a file of word vectors', () => {
  it.each(['int8', 'float32'] as const)('gives back what was written, as %s', async (precision) => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }).chain((dims) =>
          fc.uniqueArray(
            fc.tuple(
              fc.string({ unit: 'grapheme', minLength: 1, maxLength: 9 }),
              fc.array(fc.float({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }), {
                minLength: dims,
                maxLength: dims,
              }),
            ),
            { minLength: 1, maxLength: 40, selector: ([word]) => word },
          ),
        ),
        async (entries) => {
          const made = await vectorsOf(Object.fromEntries(entries), { precision, source: 'a source' });
          const found = read(fileOf(made));
          expect([found.size, found.dims, found.precision]).toEqual([made.size, made.dims, precision]);
          expect(found.origin).toEqual(made.origin);
          expect(found.rows).toEqual(made.rows);
          for (const [word] of entries) expect(found.idOf(word)).toBe(made.idOf(word));
          for (let id = 1; id <= found.size; id++) expect(found.idOf(found.word(id))).toBe(id);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is read from an ArrayBuffer, and from the midst of a larger one', async () => {
    const file = fileOf(await vectorsOf(WORDS));
    const shifted = new Uint8Array(file.length + 3);
    shifted.set(file, 3);
    for (const bytes of [file.slice().buffer, shifted.subarray(3)])
      expect(Array.from(read(bytes).idsOf('台风 ferry __proto__ none'))).toEqual([3, 1, 4, 0]);
  });

  it('tells its length and its hash', async () => {
    const file = fileOf(await vectorsOf(WORDS));
    expect(announcedBytes(file.subarray(0, HEADER_BYTES))).toEqual({ _tag: 'Right', right: file.length });
    const sha256 = sha256Of([file.subarray(40)]);
    expect(read(file).sha256).toBe(sha256);
    expect(parseVectorFile(file, { sha256 })._tag).toBe('Right');
    expect(refusal(file, sha256.replace(/./, 'x')).message).toMatch(/^words\.hwv is damaged: .+ another hash/);
  });

  it('is refused, whatever single byte of its sizes is another, or cut anywhere', async () => {
    const file = fileOf(await vectorsOf(WORDS));
    for (let at = 0; at < HEADER_BYTES; at++) {
      if (at >= 8 && at < 40) continue; // the hash, which whoever reads the bytes compares
      for (const flip of [1, 0x80, 0xff]) {
        const damaged = file.slice();
        damaged[at]! ^= flip;
        expect(refusal(damaged).code).toBe('HW_VECTORS');
      }
    }
    for (let length = 0; length < file.length; length++)
      expect(refusal(file.subarray(0, length)).code).toBe('HW_VECTORS');
    expect(refusal(Uint8Array.of(...file, 0)).message).toMatch(/is too long/);
  });

  it('never throws, whatever bytes follow its magic', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.uint8Array({ maxLength: 8 }), (bytes, sizes) => {
        const damaged = new Uint8Array(64 + bytes.length);
        damaged.set([0x48, 0x57, 0x56, 0x45, 0x43, 0x0d, 0x0a, 0x1a]);
        damaged.set([1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, ...sizes], 40);
        damaged.set(bytes, 64);
        expect(refusal(damaged).code).toBe('HW_VECTORS');
      }),
    );
  });

  it('is refused with words that occur twice or do not follow one another, and numbers that are not finite', async () => {
    const file = fileOf(await vectorsOf({ ab: [1], cb: [2] }, { precision: 'float32' }));
    const change = (from: number, bytes: readonly number[]): string => {
      const damaged = file.slice();
      damaged.set(bytes, from);
      return refusal(damaged).message;
    };
    const view = new DataView(file.buffer);
    const startsAt = Math.ceil((64 + view.getUint32(60, true)) / 8) * 8;
    const unitsAt = startsAt + 16;
    const rowsAt = unitsAt + 8;
    expect(change(unitsAt, [99])).toMatch(/a word occurs twice/);
    expect(change(startsAt + 4, [4])).toMatch(/do not follow one another/);
    expect(change(startsAt, [1])).toMatch(/do not follow one another/);
    expect(change(rowsAt + 4, [0, 0, 0xc0, 0x7f])).toMatch(/not finite/);
    expect(change(rowsAt, [0, 0, 0x80, 0x3f])).toMatch(/first row is not zeros/);
    expect(change(64, [0x21])).toMatch(/what it was made of/);
    expect(change(44, [0, 0, 1, 0])).toMatch(/claims vectors of 65536 numbers/);
  });
});
