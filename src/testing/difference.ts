/** How closely numbers must agree. */
export interface DifferenceOptions {
  /**
   * How far a number may be from the one expected: absolutely, or relative to the one expected where that exceeds 1.
   * Default 0. It holds for every number, those in typed arrays and plain ones alike. An infinity agrees with itself
   * alone: everything else is infinitely far from it.
   */
  readonly tolerance?: number | undefined;
}

type Compare = (actual: unknown, expected: unknown, path: string) => string | undefined;

const isTypedArray = (
  value: unknown,
): value is ArrayLike<number | bigint> & { readonly constructor: { readonly name: string } } =>
  ArrayBuffer.isView(value) && !(value instanceof DataView);

const shown = (value: unknown): string => {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number' || typeof value === 'boolean' || value === null || value === undefined)
    return Object.is(value, -0) ? '-0' : String(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return `function ${value.name}`;
  if (typeof value === 'symbol') return value.toString();
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (isTypedArray(value)) return `${value.constructor.name} of ${value.length}`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return Object.prototype.toString.call(value);
};

const numbersAgree = (actual: number, expected: number, tolerance: number): boolean => {
  if (actual === expected || (Number.isNaN(actual) && Number.isNaN(expected))) return true;
  // A share of an infinity is one too, and every number would be within it.
  return Number.isFinite(expected) && Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected));
};

const elementwise = (
  actual: ArrayLike<unknown>,
  expected: ArrayLike<unknown>,
  path: string,
  compare: Compare,
): string | undefined => {
  if (actual.length !== expected.length) return `${path}: got length ${actual.length}, expected ${expected.length}`;
  for (let i = 0; i < expected.length; i++) {
    const found = compare(actual[i], expected[i], `${path}[${i}]`);
    if (found !== undefined) return found;
  }
  return undefined;
};

/** The bytes of a buffer or a view of one; undefined where it is neither. */
const bytesOf = (value: object): Uint8Array | undefined => {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  return value instanceof DataView ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : undefined;
};

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

const own = (value: object): [PropertyKey, unknown][] =>
  Reflect.ownKeys(value).map((key) => [key, Reflect.get(value, key)]);

const byKey = (
  actual: readonly (readonly [unknown, unknown])[],
  expected: readonly (readonly [unknown, unknown])[],
  path: string,
  compare: Compare,
): string | undefined => {
  const got = new Map(actual);
  const wanted = new Map(expected);
  for (const key of got.keys())
    if (!wanted.has(key)) return `${path}.${String(key)}: got ${shown(got.get(key))}, expected nothing of that name`;
  for (const [key, value] of wanted) {
    if (!got.has(key)) return `${path}.${String(key)}: got nothing of that name, expected ${shown(value)}`;
    const found = compare(got.get(key), value, `${path}.${String(key)}`);
    if (found !== undefined) return found;
  }
  return undefined;
};

/** Errors agree by name, message, code and cause; where they were thrown is no part of what they say. */
const errorFields = (error: Error): [string, unknown][] => [
  ['name', error.name],
  ['message', error.message],
  ['code', Reflect.get(error, 'code')],
  ['cause', error.cause],
];

/**
 * The first place where two values differ, in words; undefined where they are equal.
 *
 * Typed arrays are compared by kind and by value, numbers within a tolerance; NaN equals NaN, and 0 equals −0. Errors
 * are compared by name, message, code and cause; URLs and regular expressions as they are written; buffers by their
 * bytes; maps, sets (in order of insertion), arrays and objects by what they hold. An instance of a class that has no
 * properties of its own, all it holds being private, equals itself alone. It needs no test framework.
 *
 * @param actual what came
 * @param expected what was to come
 * @example
 * ```ts
 * import { difference } from 'headwater/testing';
 * difference({ loss: Float32Array.of(1, 2.5) }, { loss: Float32Array.of(1, 2) }); // '.loss[1]: got 2.5, expected 2'
 * difference({ loss: Float32Array.of(1, 2.5) }, { loss: Float32Array.of(1, 2) }, { tolerance: 0.5 }); // undefined
 * ```
 */
export const difference = (
  actual: unknown,
  expected: unknown,
  { tolerance = 0 }: DifferenceOptions = {},
): string | undefined => {
  // Pairs under comparison: a structure that holds itself would otherwise be walked without end.
  const open = new Map<object, object>();

  const compare: Compare = (a, b, path) => {
    const differs = (): string => `${path || 'value'}: got ${shown(a)}, expected ${shown(b)}`;
    if (typeof a === 'number' && typeof b === 'number') return numbersAgree(a, b, tolerance) ? undefined : differs();
    if (Object.is(a, b)) return undefined;
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return differs();
    if (isTypedArray(a) || isTypedArray(b)) {
      if (!isTypedArray(a) || !isTypedArray(b) || a.constructor !== b.constructor) return differs();
      return elementwise(a, b, path, compare);
    }
    if (open.get(a) === b) return undefined;
    open.set(a, b);
    try {
      if (a instanceof Error && b instanceof Error) return byKey(errorFields(a), errorFields(b), path, compare);
      if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return differs();
      if (a instanceof Map && b instanceof Map) return byKey([...a], [...b], path, compare);
      if (a instanceof Set && b instanceof Set) return elementwise([...a], [...b], path, compare);
      if (a instanceof Date && b instanceof Date) return compare(a.getTime(), b.getTime(), path);
      if (Array.isArray(a) && Array.isArray(b)) return elementwise(a, b, path, compare);
      if ((a instanceof URL && b instanceof URL) || (a instanceof RegExp && b instanceof RegExp))
        return compare(String(a), String(b), path);
      const [bytes, expectedBytes] = [bytesOf(a), bytesOf(b)];
      if (bytes !== undefined && expectedBytes !== undefined) return elementwise(bytes, expectedBytes, path, compare);
      const [fields, expectedFields] = [own(a), own(b)];
      if (!isPlain(b) && fields.length === 0 && expectedFields.length === 0)
        return `${path || 'value'}: got another instance than expected, and neither shows what it holds`;
      return byKey(fields, expectedFields, path, compare);
    } finally {
      open.delete(a);
    }
  };

  return compare(actual, expected, '');
};
