import { checkNumber, checkOptions } from '../contracts/checkOption.js';

/** How closely numbers must agree. */
export interface DifferenceOptions {
  /**
   * The largest allowed distance of a number from the expected one: absolute, or relative to the expected number if its
   * absolute value is above 1. Default 0. It applies to all numbers, in typed arrays and elsewhere. An infinity agrees
   * only with itself.
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
  // A multiple of an infinite number is infinite, so every number would be within the tolerance.
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

/** The bytes of a buffer or of a DataView; undefined for other values. */
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

/** Errors are compared by name, message, code and cause. The place where they were thrown does not count. */
const errorFields = (error: Error): [string, unknown][] => [
  ['name', error.name],
  ['message', error.message],
  ['code', Reflect.get(error, 'code')],
  ['cause', error.cause],
];

/**
 * The first place where two values differ, in words; undefined if they are equal.
 *
 * Typed arrays are compared by kind and by value, numbers within a tolerance; NaN equals NaN, and 0 equals −0. Errors
 * are compared by name, message, code and cause; URLs and regular expressions by their text; buffers by their bytes;
 * maps, sets (in order of insertion), arrays and objects by their contents. An instance of a class without properties
 * of its own (all its data is private) equals only itself. It needs no test framework.
 *
 * @param actual the value that the code gave
 * @param expected the expected value
 * @throws HeadwaterError `HW_USAGE` when an option is invalid
 * @example
 * ```ts
 * import { difference } from 'headwater/testing';
 * difference({ loss: Float32Array.of(1, 2.5) }, { loss: Float32Array.of(1, 2) }); // '.loss[1]: got 2.5, expected 2'
 * difference({ loss: Float32Array.of(1, 2.5) }, { loss: Float32Array.of(1, 2) }, { tolerance: 0.5 }); // undefined
 * ```
 */
export const difference = (actual: unknown, expected: unknown, options: DifferenceOptions = {}): string | undefined => {
  checkOptions('difference', options, 'actual, expected, { tolerance: 1e-6 }');
  const { tolerance = 0 } = options;
  checkNumber('difference', 'tolerance', tolerance, { from: 0 });
  // The pairs under comparison. Without them, a structure that contains itself would be compared without end.
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
