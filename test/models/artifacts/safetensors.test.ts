import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StateDict, Weight } from '../../../src/contracts/models/StateDict.js';
import { halfToNumber } from '../../../src/models/artifacts/internal/halfToNumber.js';
import { decodeSafetensors, encodeSafetensors } from '../../../src/models/artifacts/safetensors.js';

/** A file of any header and values. */
const file = (header: string | Uint8Array, values: Uint8Array = new Uint8Array(0), length?: bigint): Uint8Array => {
  const json = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + json.length + values.length);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(values, 8 + json.length);
  return bytes;
};

const read = (bytes: Uint8Array): { weights: StateDict; metadata: ReadonlyMap<string, string> } => {
  const decoded = decodeSafetensors(bytes, 'some/model.safetensors');
  if (decoded._tag === 'Left') throw decoded.left;
  return decoded.right;
};

const weights = new Map<string, Weight>([
  ['z.weight', { shape: [2, 3], data: Float32Array.of(1, -2, 0.1, NaN, Infinity, -0) }],
  ['10', { shape: [], data: Float32Array.of(42) }],
  ['2', { shape: [0, 5], data: new Float32Array(0) }],
  ['__proto__', { shape: [1], data: Float32Array.of(7) }],
  ['é"\\\n', { shape: [1], data: Float32Array.of(8) }],
]);

describe('safetensors', () => {
  it('reads again what it writes, in the same order and to the bit', () => {
    const bytes = encodeSafetensors(weights);
    const { weights: again, metadata } = read(bytes);
    expect([...again.keys()]).toEqual([...weights.keys()]);
    for (const [name, { shape, data }] of weights) {
      expect(again.get(name)!.shape).toEqual(shape);
      expect(new Uint32Array(again.get(name)!.data.buffer)).toEqual(new Uint32Array(data.buffer));
    }
    expect([...metadata]).toEqual([['format', 'pt']]);
    expect(encodeSafetensors(again)).toEqual(bytes);
  });

  it('writes the layout of the format: length, header padded to 8, little-endian values', () => {
    const bytes = encodeSafetensors(new Map([['b', { shape: [2], data: Float32Array.of(1, -2) }]]), new Map());
    const header = '{"__metadata__":{},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'; // 72 bytes
    expect(Buffer.from(bytes).toString('latin1')).toBe(
      `${String.fromCharCode(72, 0, 0, 0, 0, 0, 0, 0)}${header}\0\0\x80?\0\0\0\xc0`,
    );
    for (let length = 1; length <= 8; length++) {
      const padded = encodeSafetensors(new Map([['b'.repeat(length), { shape: [1], data: Float32Array.of(3) }]]));
      expect(Number(new DataView(padded.buffer).getBigUint64(0, true)) % 8).toBe(0);
      expect(read(padded).weights.get('b'.repeat(length))!.data[0]).toBe(3);
    }
  });

  it('reads from within a larger buffer, at any offset', () => {
    const bytes = encodeSafetensors(weights);
    const larger = new Uint8Array(bytes.length + 10).fill(0xff);
    larger.set(bytes, 3);
    expect(read(larger.subarray(3, 3 + bytes.length)).weights.get('10')!.data[0]).toBe(42);
  });

  it('reads F16, BF16 and F64 as float32', () => {
    const values = new Uint8Array(16);
    const view = new DataView(values.buffer);
    view.setFloat64(0, 0.1, true);
    [0x3c00, 0xc100].forEach((half, i) => view.setUint16(8 + 2 * i, half, true));
    [0x3f80, 0xc040].forEach((upper, i) => view.setUint16(12 + 2 * i, upper, true));
    const header = {
      d: { dtype: 'F64', shape: [1], data_offsets: [0, 8] },
      h: { dtype: 'F16', shape: [2], data_offsets: [8, 12] },
      b: { dtype: 'BF16', shape: [2], data_offsets: [12, 16] },
    };
    const { weights: found } = read(file(JSON.stringify(header), values));
    expect([...found].map(([name, { data }]) => [name, [...data]])).toEqual([
      ['d', [Math.fround(0.1)]],
      ['h', [1, -2.5]],
      ['b', [1, -3]],
    ]);
  });

  it('reads tensors in the order of their places, whatever the order of the header, without a __metadata__, and values that stand unaligned', () => {
    const values = new Uint8Array(6);
    new DataView(values.buffer).setUint16(0, 0x3c00, true);
    new DataView(values.buffer).setFloat32(2, 5, true);
    const { weights: found, metadata } = read(
      file(
        '{"f":{"dtype":"F32","shape":[1],"data_offsets":[2,6]},"h":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}}',
        values,
      ),
    );
    expect([...found].map(([name, { data }]) => [name, data[0]])).toEqual([
      ['h', 1],
      ['f', 5],
    ]);
    expect(metadata.size).toBe(0);
  });

  const tensor = (offsets: readonly [number, number], shape: readonly number[] = [1], dtype = 'F32') => ({
    dtype,
    shape,
    data_offsets: offsets,
  });
  const four = new Uint8Array(4);
  const eight = new Uint8Array(8);

  it.each<[string, Uint8Array, RegExp]>([
    ['no bytes', new Uint8Array(0), /has 0 bytes/],
    ['seven bytes', new Uint8Array(7), /has 7 bytes/],
    ['a header longer than the file', file('{}', four, 100n), /100 bytes long, but 6 follow/],
    ['a header of 2⁶⁴ − 1 bytes', file('{}', four, 2n ** 64n - 1n), /18446744073709551615 bytes long, more than/],
    ['a header that is no JSON', file('{"a":'), /not JSON/],
    ['a header that is no UTF-8', file(Uint8Array.of(0x7b, 0xff, 0x7d)), /not UTF-8/],
    ['a header after a byte order mark', file('\uFEFF{}'), /not JSON/],
    ['a header that is an array', file('[]'), /should be/],
    ['a header that is null', file('null'), /should be/],
    [
      'a tensor without a dtype',
      file('{"a":{"shape":[1],"data_offsets":[0,4]}}', four),
      /tensor "a".*dtype should be string, but is missing/,
    ],
    [
      'a negative side',
      file(JSON.stringify({ a: tensor([0, 4], [-1]) }), four),
      /shape\.0 should be a whole number of at least 0, but is -1/,
    ],
    [
      'a shape of arrays in arrays, deeper than a stack',
      file(`{"a":{"dtype":"F32","shape":${'['.repeat(200_000)}${']'.repeat(200_000)},"data_offsets":[0,0]}}`),
      /nested more than 64 levels deep/,
    ],
    [
      'a shape that is an object',
      file('{"a":{"dtype":"F32","shape":{"length":1},"data_offsets":[0,0]}}'),
      /shape should be .+, but is an object\./,
    ],
    ['a side that is no whole number', file(JSON.stringify({ a: tensor([0, 4], [1.5]) }), four), /shape\.0/],
    ['three offsets', file('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}', four), /data_offsets/],
    [
      'an offset beyond the safe whole numbers',
      file('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,9007199254740993]}}', four),
      /data_offsets/,
    ],
    [
      'a dtype that is no weight',
      file(JSON.stringify({ a: tensor([0, 8], [1], 'C64') }), eight),
      /a tensor "a" of the dtype "C64", which cannot be read here; .*F32/,
    ],
    [
      'a tensor past the end',
      file(JSON.stringify({ a: tensor([0, 8], [2]) }), four),
      /ends at byte 8 of the values, but the file has 4/,
    ],
    [
      'a size that is not its shape',
      file(JSON.stringify({ a: tensor([0, 4], [2]) }), four),
      /should take 8 bytes, but takes 4/,
    ],
    [
      'a tensor larger than its shape',
      file(JSON.stringify({ a: tensor([0, 8]) }), eight),
      /should take 4 bytes, but takes 8/,
    ],
    [
      'a shape whose product overflows',
      file(JSON.stringify({ a: tensor([0, 4], [2 ** 40, 2 ** 40]) }), four),
      /but takes 4/,
    ],
    [
      'offsets that run backwards',
      file(JSON.stringify({ a: tensor([0, 4]), b: tensor([4, 0]) }), four),
      /should take 4 bytes, but takes -4/,
    ],
    [
      'tensors that overlap',
      file(JSON.stringify({ a: tensor([0, 4]), b: tensor([2, 6]) }), new Uint8Array(6)),
      /"b" begins at byte 2 of the values, but the tensors before it end at 4/,
    ],
    [
      'two tensors in one place',
      file(JSON.stringify({ a: tensor([0, 4]), b: tensor([0, 4]) }), four),
      /"b" begins at byte 0/,
    ],
    ['a gap', file(JSON.stringify({ a: tensor([4, 8]) }), eight), /"a" begins at byte 4/],
    [
      'bytes after the last tensor',
      file(JSON.stringify({ a: tensor([0, 4]) }), eight),
      /end at byte 4 of the values, but the file has 8/,
    ],
    [
      'a name that stands twice',
      file(
        '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}',
        eight,
      ),
      /begins at byte 4/,
    ],
    [
      'metadata that are no texts',
      file('{"__metadata__":{"format":1}}'),
      /"__metadata__".*format should be string, but is 1/,
    ],
  ])('refuses %s', (_, bytes, message) => {
    const decoded = decodeSafetensors(bytes, 'some/model.safetensors');
    expect(decoded).toMatchObject({ _tag: 'Left', left: { code: 'HW_ARTIFACT', where: 'some/model.safetensors' } });
    if (decoded._tag === 'Left') expect(decoded.left.message).toMatch(message);
  });

  it('reads whole numbers, truth values and floats of eight bits', () => {
    const tensors: readonly (readonly [dtype: string, bytes: readonly number[], value: number])[] = [
      ['BOOL', [1], 1],
      ['U8', [200], 200],
      ['I8', [200], -56],
      ['I16', [0xfe, 0xff], -2],
      ['U16', [0xfe, 0xff], 65534],
      ['I32', [0xfe, 0xff, 0xff, 0xff], -2],
      ['U32', [1, 0, 0, 0x80], 2147483648],
      ['I64', [0xfd, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], -3],
      ['U64', [0, 0, 0, 0, 1, 0, 0, 0], 4294967296],
      ['F8_E5M2', [0xc1], -2.5],
      ['F8_E4M3', [0x3c], 1.5],
      ['F8_E4M3', [0x7e], 448],
      ['F8_E4M3', [0x81], -(2 ** -9)],
      ['F8_E4M3', [0xff], NaN],
    ];
    for (const [dtype, bytes, value] of tensors) {
      const header = { __metadata__: null, t: { dtype, shape: [1], data_offsets: [0, bytes.length] } };
      const { weights: found, metadata } = read(file(JSON.stringify(header), Uint8Array.from(bytes)));
      expect(found.get('t')?.data[0], dtype).toBe(value);
      expect(metadata.size).toBe(0);
    }
  });

  it('says which dtype it cannot read, in few words', () => {
    const header = { [`t${'x'.repeat(5000)}`]: { dtype: 'F4'.repeat(500), shape: [1], data_offsets: [0, 1] } };
    const decoded = decodeSafetensors(file(JSON.stringify(header), Uint8Array.of(0)), 'model.safetensors');
    if (decoded._tag === 'Right') throw new Error('It was read.');
    expect(decoded.left.message).toMatch(
      /^model\.safetensors has a tensor "tx+…" of the dtype "(F4)+F?…", which cannot/,
    );
    expect(decoded.left.message.length).toBeLessThan(500);
  });

  it('keeps metadata of the name __proto__', () => {
    expect([...read(file('{"__metadata__":{"__proto__":"a"}}')).metadata]).toEqual([['__proto__', 'a']]);
  });

  it('refuses a header of a million brackets without parsing it', () => {
    for (const header of [
      '['.repeat(1_000_000),
      '{"a":'.repeat(200_000),
      `{"x":"${'['.repeat(9)}",${'['.repeat(99)}`,
    ]) {
      const decoded = decodeSafetensors(file(header));
      if (decoded._tag === 'Right') throw new Error('It was read.');
      expect(decoded.left.message).toContain('nested more than 64 levels deep');
    }
    const decoded = decodeSafetensors(file('['.repeat(5_000_000)));
    if (decoded._tag === 'Right') throw new Error('It was read.');
    expect(decoded.left.message).toContain('more than the 1048576 allowed');
  });

  it('refuses every truncation', () => {
    const bytes = encodeSafetensors(weights);
    for (let length = 0; length < bytes.length; length++)
      expect(decodeSafetensors(bytes.subarray(0, length))._tag, `${length} bytes`).toBe('Left');
  });

  it('reads or refuses what bit flips make of a file, and never throws', () => {
    const bytes = encodeSafetensors(weights);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(7), (at, bit) => {
        const damaged = bytes.slice();
        damaged[at]! ^= 1 << bit;
        const decoded = decodeSafetensors(damaged);
        return decoded._tag === 'Right' || decoded.left.code === 'HW_ARTIFACT';
      }),
      { seed: 5, numRuns: 500 },
    );
  });
});

describe('halfToNumber', () => {
  it.each([
    [0x0000, 0],
    [0x8000, -0],
    [0x3c00, 1],
    [0xbc00, -1],
    [0x3555, 0.333251953125],
    [0x7bff, 65504],
    [0x0400, 2 ** -14],
    [0x0001, 2 ** -24],
    [0x83ff, -1023 * 2 ** -24],
    [0x7c00, Infinity],
    [0xfc00, -Infinity],
    [0x7e00, NaN],
  ])('of 0x%s is the half it encodes', (bits, value) => {
    expect(halfToNumber(bits)).toBe(value);
  });
});
