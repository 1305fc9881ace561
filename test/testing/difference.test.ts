import { describe, expect, it } from 'vitest';
import { HeadwaterError } from '../../src/contracts/HeadwaterError.js';
import { difference } from '../../src/testing/difference.js';
import { typedArraysEqual } from '../../src/testing/typedArraysEqual.js';

/** Shows nothing of what it holds. */
class Sealed {
  readonly #held: number;

  constructor(held: number) {
    this.#held = held;
  }

  get twice(): number {
    return 2 * this.#held;
  }
}
const sealed = new Sealed(1);

const view = (...bytes: number[]) => new DataView(Uint8Array.from([9, ...bytes]).buffer, 1);

const cyclic = () => {
  const value: { name: string; self?: unknown } = { name: 'ring' };
  value.self = value;
  return value;
};

describe('difference', () => {
  it.each([
    ['numbers', 1, 1],
    ['NaN', NaN, NaN],
    ['zeroes', 0, -0],
    ['infinities', -Infinity, -Infinity],
    ['undefined', undefined, undefined],
    ['big integers', 3n, 3n],
    ['typed arrays', Int32Array.of(1, 2), Int32Array.of(1, 2)],
    ['big typed arrays', BigInt64Array.of(1n), BigInt64Array.of(1n)],
    ['typed arrays with NaN', Float32Array.of(NaN, 1), Float32Array.of(NaN, 1)],
    ['nested objects', { a: [{ b: Float32Array.of(0.5) }] }, { a: [{ b: Float32Array.of(0.5) }] }],
    ['objects in another order', { a: 1, b: 2 }, { b: 2, a: 1 }],
    ['maps', new Map([['w', { data: Float32Array.of(1) }]]), new Map([['w', { data: Float32Array.of(1) }]])],
    ['sets', new Set([1, 2]), new Set([1, 2])],
    ['dates', new Date(5), new Date(5)],
    [
      'errors',
      new HeadwaterError('HW_PATH', 'gone', { cause: 1 }),
      new HeadwaterError('HW_PATH', 'gone', { cause: 1 }),
    ],
    ['rings', cyclic(), cyclic()],
    ['addresses', new URL('https://a.example/x'), new URL('https://a.example/x')],
    ['patterns', /a+/giu, /a+/giu],
    ['buffers', Uint8Array.of(1, 2).buffer, Uint8Array.of(1, 2).buffer],
    ['data views', view(1, 2), new DataView(Uint8Array.of(1, 2).buffer)],
    ['instances that show nothing: one and the same', { sealed }, { sealed }],
    ['objects without keys', [{}, Object.create(null)], [{}, Object.create(null)]],
  ])('finds none between equal %s', (_, actual, expected) => {
    expect(difference(actual, expected)).toBeUndefined();
  });

  it.each([
    ['numbers', 1, 2, 'value: got 1, expected 2'],
    ['a number and NaN', NaN, 2, 'value: got NaN, expected 2'],
    ['types', 1, '1', 'value: got 1, expected "1"'],
    ['null and undefined', null, undefined, 'value: got null, expected undefined'],
    ['symbols', Symbol('a'), Symbol('b'), 'value: got Symbol(a), expected Symbol(b)'],
    ['big integers', 3n, 4n, 'value: got 3n, expected 4n'],
    ['elements', Int32Array.of(1, 2), Int32Array.of(1, 3), '[1]: got 2, expected 3'],
    ['lengths', Int32Array.of(1, 2), Int32Array.of(1), ': got length 2, expected 1'],
    ['kinds', Int32Array.of(1), Float32Array.of(1), 'value: got Int32Array of 1, expected Float32Array of 1'],
    ['an array and a typed one', [1], Int32Array.of(1), 'value: got an array of 1, expected Int32Array of 1'],
    [
      'nested elements',
      { a: [{ b: Float32Array.of(0.5) }] },
      { a: [{ b: Float32Array.of(0.25) }] },
      '.a[0].b[0]: got 0.5, expected 0.25',
    ],
    ['a name too many', { a: 1, b: 2 }, { a: 1 }, '.b: got 2, expected nothing of that name'],
    ['a name too few', { a: 1 }, { a: 1, b: undefined }, '.b: got nothing of that name, expected undefined'],
    ['prototypes', new Map(), {}, 'value: got [object Map], expected [object Object]'],
    ['map values', new Map([['w', 1]]), new Map([['w', 2]]), '.w: got 1, expected 2'],
    ['sets', new Set([1]), new Set([2]), '[0]: got 1, expected 2'],
    ['dates', new Date(5), new Date(6), 'value: got 5, expected 6'],
    [
      'error codes',
      new HeadwaterError('HW_PATH', 'gone'),
      new HeadwaterError('HW_CSV', 'gone'),
      '.code: got "HW_PATH", expected "HW_CSV"',
    ],
    ['error messages', new Error('a'), new Error('b'), '.message: got "a", expected "b"'],
    ['an error and none', new Error('a'), 'a', 'value: got Error: a, expected "a"'],
    ['functions', Math.max, Math.min, 'value: got function max, expected function min'],
    ['rings', cyclic(), { ...cyclic(), name: 'chain' }, '.name: got "ring", expected "chain"'],
    [
      'addresses',
      new URL('https://a.example/x'),
      new URL('https://a.example/y'),
      'value: got "https://a.example/x", expected "https://a.example/y"',
    ],
    ['patterns', { of: /a+/g }, { of: /a+/ }, '.of: got "/a+/g", expected "/a+/"'],
    ['bytes of buffers', Uint8Array.of(1, 2).buffer, Uint8Array.of(1, 3).buffer, '[1]: got 2, expected 3'],
    ['sizes of buffers', Uint8Array.of(1).buffer, Uint8Array.of(1, 2).buffer, ': got length 1, expected 2'],
    ['bytes of data views', view(1, 2), view(1, 3), '[1]: got 2, expected 3'],
    [
      'instances that show nothing',
      { of: sealed },
      { of: new Sealed(1) },
      '.of: got another instance than expected, and neither shows what it holds',
    ],
  ])('names the first between %s', (_, actual, expected, words) => {
    expect(difference(actual, expected)).toBe(words);
  });

  it('lets numbers stray by the tolerance: absolutely up to 1, relatively above', () => {
    const tolerance = 1e-3;
    expect(difference(Float64Array.of(0.5009), Float64Array.of(0.5), { tolerance })).toBeUndefined();
    expect(difference(Float64Array.of(0.5011), Float64Array.of(0.5), { tolerance })).toBeDefined();
    expect(difference({ loss: 1000.9 }, { loss: 1000 }, { tolerance })).toBeUndefined();
    expect(difference({ loss: 1001.1 }, { loss: 1000 }, { tolerance })).toBeDefined();
    expect(difference(NaN, 1, { tolerance })).toBeDefined();
    expect(difference(Infinity, 1, { tolerance })).toBeDefined();
  });

  it('lets no number stray to or from an infinity, which is infinitely far', () => {
    const tolerance = 1e-3;
    for (const value of [5, -Infinity, NaN])
      expect(difference(value, Infinity, { tolerance })).toBe(`value: got ${value}, expected Infinity`);
    expect(difference(Float32Array.of(0.25), Float32Array.of(-Infinity), { tolerance })).toBe(
      '[0]: got 0.25, expected -Infinity',
    );
    expect(difference(Infinity, Infinity, { tolerance })).toBeUndefined();
  });
});

describe('typedArraysEqual', () => {
  it('compares kind, length and numbers', () => {
    expect(typedArraysEqual(Float32Array.of(0.1, NaN), Float32Array.of(0.1, NaN))).toBe(true);
    expect(typedArraysEqual(Float32Array.of(0.1), Float32Array.of(0.1000001), { tolerance: 1e-5 })).toBe(true);
    expect(typedArraysEqual(Float32Array.of(0.1), Float32Array.of(0.2))).toBe(false);
    expect(typedArraysEqual(Float32Array.of(1), Int32Array.of(1))).toBe(false);
    expect(typedArraysEqual(Int32Array.of(1), Int32Array.of(1, 0))).toBe(false);
  });
});
